"""What is offered can be booked, and what is not is refused for the reason that is given: in worlds drawn at random,
stored in Postgres, booked by the very services, each start in a savepoint that is rolled back.

`AVAILABILITY_EXAMPLES=2000 bin/test tests/scheduling/availability/test_worlds.py -n 0` runs longer, with worlds of its
own.
"""

import os
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from bookings.services.book_coach import book_coach
from bookings.services.take_slot import _REFUSALS as OF_COACHES
from scheduling.api.days import days_within, ranges_by_day
from scheduling.rules.availability import Refused
from scheduling.rules.intervals import Period
from scheduling.selectors.availability import ask
from scheduling.selectors.explanation import explain
from scheduling.services.hold_time import hold_time
from tenants.errors import DomainError
from tests.scheduling.availability.model import MINUTE
from tests.scheduling.availability.stored import Stored, stored
from tests.scheduling.availability.worlds import World, worlds
from tests.scheduling.properties import bounded
from visits.services.book_visit import book_visit

_EXAMPLES = int(os.environ.get("AVAILABILITY_EXAMPLES", "0"))


@given(worlds(), st.randoms(use_true_random=False))
@settings(bounded, max_examples=_EXAMPLES or 50, derandomize=not _EXAMPLES)
def test_what_is_offered_can_be_booked_and_nothing_else(north: Any, world: World, random: Any) -> None:
    with transaction.atomic():
        _check(stored(world), random)
        transaction.set_rollback(True)


def _check(scene: Stored, random: Any) -> None:
    offered = _listed(scene)
    assert offered == dict(_by_model(scene)), "What is listed is not what the model says."
    for start in _some(sorted(offered), random):
        _, said = _explained(scene, start)
        assert said is None
        assert _book(scene, start) is None, f"{start} is offered, and refused."
    for start in _others(scene, set(offered), random):
        reasons, said = _explained(scene, start)
        for who, reason in reasons.items():
            assert reason == scene.refusal(next(one for one in scene.staff if one.person_id == who), start), start
        assert said is not None
        assert _book(scene, start) in _codes(scene, said), f"{start} is not offered."


def _some(starts: Sequence[datetime], random: Any) -> set[datetime]:
    """With the first and the last one: there notice and horizon end."""
    return {starts[0], starts[-1], random.choice(starts)} if starts else set()


def _listed(scene: Stored) -> dict[datetime, list[Any]]:
    """The free starts, each with who could take it; on the way it is seen that free ranges say the same."""
    within = Period(scene.world.start, scene.world.end)
    question = ask(scene.offers(within), brand_id=scene.brand_id, within=within)
    free = question.free(now=scene.world.now)
    days = days_within(question, scene.world.zones[0])
    ranges = [one for day in ranges_by_day(question, free, days, now=scene.world.now).values() for one in day]
    found = {}
    for start, offers in question.by_start(free):
        found[start] = sorted(offer.staff_id for offer in offers)
        for offer in offers:
            end = start + scene.world.length * MINUTE
            assert any(one.staff_id == offer.staff_id and one.start <= start and end <= one.end for one in ranges)
    return found


def _by_model(scene: Stored) -> Iterator[tuple[datetime, list[Any]]]:
    free = {one.person_id: set(scene.free(one)) for one in scene.staff}
    for start in sorted(set().union(*free.values())):
        yield start, sorted(who for who, starts in free.items() if start in starts)


def _others(scene: Stored, free: set[datetime], random: Any) -> list[datetime]:
    """Starts of the grid that are not free, the first and the last for each reason, and any minutes."""
    refused: dict[str | None, list[datetime]] = {}
    for one in scene.staff:
        for start in scene.questions[one.person_id].offered:
            if start not in free:
                refused.setdefault(scene.refusal(one, start), []).append(start)
    chosen = {one for starts in refused.values() for one in (min(starts), max(starts))}
    minutes = (scene.world.end - scene.world.start) // MINUTE
    chosen |= {scene.world.start + random.randrange(minutes) * MINUTE for _ in range(3)}
    return sorted(chosen - free)


def _explained(scene: Stored, start: datetime) -> tuple[dict[Any, str | None], DomainError | None]:
    offers = scene.offers(Period.lasting(start, minutes=1))
    found = explain(offers, brand_id=scene.brand_id, start=start, now=scene.world.now)
    return dict(found.reasons), found.refusal


def _codes(scene: Stored, said: DomainError) -> Sequence[str]:
    """How the service says the reason that was given."""
    if scene.world.kind != "office hour":
        return [said.code]
    of_coaches = OF_COACHES.get(Refused(said.code))
    return [of_coaches.code] if of_coaches else ["slot_taken", "coach_busy"]


def _book(scene: Stored, start: datetime) -> str | None:
    """Books it as a client would, and takes it back; answers why it is refused."""
    now, brand_id, client = scene.world.now, scene.brand_id, scene.client
    try:
        with transaction.atomic():
            if scene.world.kind == "hours":
                hold_time(
                    offers=scene.offers(Period.lasting(start, minutes=1)), brand_id=brand_id, start=start,
                    holder="person:1", places=1, lasts=timedelta(minutes=5), now=now,
                )  # fmt: skip
            elif scene.world.kind == "slots":
                book_visit(brand_id=brand_id, patient_id=client.person_id, visit_type="talk", starts_at=start, now=now)
            else:
                book_coach(
                    coach_id=scene.staff[0].person_id, patient_id=client.person_id, brand_id=brand_id, slot_at=start,
                    notes=None, now=now,
                )  # fmt: skip
            transaction.set_rollback(True)
    except DomainError as error:
        return error.code
    return None
