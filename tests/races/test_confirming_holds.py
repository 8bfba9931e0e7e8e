"""Time that is held, booked by its holder while others want it, by real threads in transactions that commit.

Each race counts because it can be lost: the same calls without the guard in question break the promise.
"""

import threading
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import connection

from bookings.models import CoachBooking
from bookings.services.book_coach import book_coach
from scheduling.models import Hold, Reservation
from scheduling.offers import offers_of
from scheduling.rules.intervals import Period
from scheduling.rules.ledger import Subject, Taken
from scheduling.selectors.ledger import held_resources
from scheduling.services import confirm_hold
from scheduling.services.hold_time import hold_time, release_hold
from tenants.context import use
from tests.support import cast
from tests.support.committed import at_once

ROUNDS = 8
SLOT = cast.MONDAY + timedelta(hours=1)
NOW = SLOT - timedelta(days=1)


@pytest.fixture
def own_time(tenant: Any) -> Callable[..., tuple[Hold, Any]]:
    """A hold of a new coach's first slot, for so many seconds, and the client for whom it is."""

    def make(seconds: float = 600) -> tuple[Hold, Any]:
        with use(tenant):
            office_hour = cast.make_office_hour(cast.make_coach(), horizon_days=730)
            client = cast.make_client()
            brand_id = office_hour.brand_id
            offers = offers_of(
                service_id=office_hour.pk, brand_id=brand_id, staff_ids=None, within=Period.lasting(SLOT, minutes=1)
            )
            hold = hold_time(
                offers=offers or [], brand_id=brand_id, start=SLOT, holder=f"person:{client.person_id}", places=3,
                lasts=timedelta(seconds=seconds), now=NOW,
            )  # fmt: skip
            return hold, client

    return make


def test_of_two_who_confirm_a_hold_at_once_one_books(tenant: Any, own_time: Callable[..., Any]) -> None:
    for _ in range(ROUNDS):
        hold, client = own_time()

        said = at_once(tenant, *[partial(_book, hold, client, hold=hold)] * 2)

        assert sorted(said) == ["booked", "hold_not_found"]
        assert _broken(tenant) == []


def test_without_the_look_at_the_hold_the_second_is_told_something_untrue(
    tenant: Any, own_time: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    hold, client = own_time()
    monkeypatch.setattr(Hold.objects, "filter", lambda **_: _Gone())

    said = at_once(tenant, *[partial(_book, hold, client, hold=hold)] * 2)

    assert sorted(said) == ["booked", "hold_mismatch"]


def test_a_hold_that_is_confirmed_and_released_at_once_is_one_of_both(
    tenant: Any, own_time: Callable[..., Any]
) -> None:
    for _ in range(ROUNDS):
        hold, client = own_time()

        said = at_once(tenant, partial(_book, hold, client, hold=hold), partial(_release, hold))

        assert said in (["booked", "released"], ["hold_not_found", "released"])
        assert _broken(tenant) == []


def test_when_a_hold_ends_either_its_holder_or_who_waits_for_it_gets_the_time(
    tenant: Any, own_time: Callable[..., Any]
) -> None:
    for number in range(ROUNDS):
        hold, client = own_time(seconds=0.3)
        with use(tenant):
            rival = cast.make_client("Carol Client")

        # Around its end: now before it, now after.
        waits = 0.26 + 0.01 * number
        both = partial(_book, hold, client, hold=hold), partial(_book, hold, rival)
        said = at_once(tenant, *(partial(_later, waits, call) for call in both))

        assert sorted(said) in (["booked", "coach_busy"], ["booked", "slot_taken"])
        assert _broken(tenant) == []


def test_without_the_lock_on_held_time_two_are_told_that_they_have_it(
    tenant: Any, own_time: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The hold ends, and somebody else takes its time, between the holder's look at it and their taking it over."""
    hold, client = own_time()
    looked, taken = threading.Event(), threading.Event()

    def confirm(*, hold: Subject, resource_ids: Any, period: Any, subject: Subject, **_: Any) -> list[Taken]:
        assert held_resources(hold)
        looked.set()
        assert taken.wait(timeout=30)
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE scheduling_reservation SET subject_kind = %s, subject_id = %s, expires_at = NULL "
                "WHERE subject_id = %s AND active",
                [subject.kind, subject.id, hold.id],
            )
        return [Taken(resource, period) for resource in resource_ids]

    monkeypatch.setattr(confirm_hold, "confirm", confirm)

    def rival() -> str:
        assert looked.wait(timeout=30)
        Reservation.objects.filter(subject_id=hold.pk).update(expires_at=NOW - timedelta(days=3650))
        try:
            return _book(hold, cast.make_client("Carol Client"))
        finally:
            taken.set()

    assert at_once(tenant, partial(_book, hold, client, hold=hold), rival) == ["booked", "booked"]
    assert _broken(tenant)


class _Gone:
    """Says of every hold that it was there."""

    def delete(self) -> tuple[int, None]:
        return 1, None


def _later(seconds: float, call: Callable[[], str]) -> str:
    threading.Event().wait(seconds)
    return call()


def _book(of: Hold, client: Any, hold: Hold | None = None) -> str:
    book_coach(
        coach_id=of.staff_member.person_id, patient_id=client.person_id, brand_id=of.brand_id, slot_at=SLOT,
        hold=hold, notes=None, now=NOW,
    )  # fmt: skip
    return "booked"


def _release(hold: Hold) -> str:
    release_hold(hold=hold)
    return "released"


def _broken(tenant: Any) -> list[str]:
    """Bookings without their time, and time of nobody."""
    with use(tenant):
        bookings = {booking.pk for booking in CoachBooking.objects.all()}
        holds = {hold.pk for hold in Hold.objects.all()}
        active = Reservation.objects.filter(active=True)
        taken = list(active.filter(expires_at=None).values_list("subject_id", flat=True))
        kept = set(active.exclude(expires_at=None).values_list("subject_id", flat=True))
        found = [f"{one} has no time" for one in bookings if taken.count(one) != 1]
        return found + [f"{one} has time and is gone" for one in {*taken, *kept} - bookings - holds]
