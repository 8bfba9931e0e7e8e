"""Whatever stops an erasure, the next worker goes on, and the receipt counts everything once."""

import time
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import User
from scheduling.models import Erasure, Person
from scheduling.services import continue_erasures as continuing
from scheduling.services.continue_erasures import continue_erasure, continue_erasures
from scheduling.services.erase_person import erase_person
from tests.erasure import search, world


class KilledError(BaseException):
    """As a process that ends: nothing catches it."""


@pytest.fixture
def known(north: Any) -> world.Known:
    return world.make_known(north)


def _far() -> float:
    return time.monotonic() + 60


def _receipt(known: world.Known) -> Erasure:
    return erase_person(person=known.person, by="user:somebody", now=timezone.now())


def test_who_they_are_is_gone_before_anything_else_runs(known: world.Known) -> None:
    receipt = _receipt(known)

    person = Person.objects.get(pk=known.person.pk)
    assert (person.name, person.email, person.phone, person.user_id) == ("Erased", "", "", None)
    assert not User.objects.filter(pk=known.user.pk).exists()
    tables = {trace.partition(":")[0] for trace in search.traces(world.EMAIL, world.PHONE, "McCanary", "1987-11-23")}
    # A mail server's words about an address, in the log of messages, go with the rest of that log.
    assert tables <= {"notifications_message"}
    assert receipt.finished_at is None


def test_killed_after_each_part_it_goes_on_and_the_receipt_is_whole(
    known: world.Known, monkeypatch: pytest.MonkeyPatch
) -> None:
    receipt = _receipt(known)
    world.settle(receipt)
    done, batch = set(), continuing._batch

    def once_each(erasure_id: Any, part: Any) -> Any:
        did = batch(erasure_id, part)
        if part.name not in done:
            done.add(part.name)
            raise KilledError
        return did

    monkeypatch.setattr(continuing, "_batch", once_each)
    killed = 0
    while Erasure.objects.unfinished().exists():
        try:
            continue_erasure(erasure_id=receipt.pk, deadline=_far())
        except KilledError:
            killed += 1

    whole = Erasure.objects.get(pk=receipt.pk)
    assert killed == len(continuing._parts())
    assert search.traces(*world.WORDS) == []
    said = {name: count for name, count in whole.done.items() if count}
    assert said.pop("history") >= 20
    assert said.pop("notifications_message") >= 8
    assert said == {
        "access_membership": 1,
        "account_mails": 2,
        "accounts_user": 1,
        "bookings_coachbooking": 5,
        "bookings_coachcount": 1,
        "bookings_dispute": 1,
        "bookings_eventbooking": 1,
        "calendar_feeds_revoked": 1,
        "coach_bookings_cancelled": 3,
        "event_bookings_cancelled": 1,
        "messages_dropped": said["messages_dropped"],
        "notifications_channelaccount": 1,
        "notifications_webhookattempt": 1,
        "oauth2_provider_accesstoken": 1,
        "oauth2_provider_grant": 1,
        "scheduling_client_brands": 1,
        "scheduling_person": 1,
        "scheduling_reservation": 1,
        "sessions": 1,
        "stored_answers": 4,
        "suppressions": 2,
        "visits_cancelled": 1,
        "visits_visit": 2,
        "waiting_places_left": 1,
    }


def test_a_batch_that_is_cut_off_is_not_counted(known: world.Known, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was erased and the line about it are one transaction."""
    receipt = _receipt(known)
    before = Erasure.objects.get(pk=receipt.pk).done
    monkeypatch.setattr(Erasure, "save", lambda *_, **__: (_ for _ in ()).throw(KilledError))

    with pytest.raises(KilledError):
        continue_erasure(erasure_id=receipt.pk, deadline=_far())

    assert Erasure.objects.get(pk=receipt.pk).done == before


def test_one_part_that_fails_holds_up_no_other(known: world.Known, monkeypatch: pytest.MonkeyPatch) -> None:
    receipt = _receipt(known)
    world.settle(receipt)
    rows = continuing._rows

    def fail(table: Any, *asked: Any) -> int:
        if table.table == "visits_visit":
            raise ValueError(world.WORD)
        return rows(table, *asked)

    monkeypatch.setattr(continuing, "_rows", fail)
    continue_erasure(erasure_id=receipt.pk, deadline=_far())
    held_up = Erasure.objects.get(pk=receipt.pk)

    assert (held_up.finished_at, held_up.failure) == (None, "visits_visit: ValueError")
    assert held_up.due_at > timezone.now()
    assert {trace.partition(":")[0] for trace in search.traces(*world.WORDS)} == {"visits_visit"}

    monkeypatch.setattr(continuing, "_rows", rows)
    continue_erasure(erasure_id=receipt.pk, deadline=_far())
    assert Erasure.objects.get(pk=receipt.pk).finished_at is not None
    assert search.traces(*world.WORDS) == []


def test_the_last_look_comes_when_all_who_were_writing_have_ended(known: world.Known) -> None:
    """A write that began before the erasure ends after its first look: the last one finds it."""
    receipt = _receipt(known)
    continue_erasure(erasure_id=receipt.pk, deadline=_far())
    waiting = Erasure.objects.get(pk=receipt.pk)
    assert waiting.finished_at is None
    assert waiting.due_at == waiting.asked_at + Erasure.SETTLES
    type(known.past).objects.filter(pk=known.past.pk).update(note=f"Late {world.WORD}")

    continue_erasures(deadline=_far())
    assert search.traces(world.WORD) != []

    world.settle(receipt)
    continue_erasures(deadline=_far())
    assert search.traces(*world.WORDS) == []
    assert Erasure.objects.get(pk=receipt.pk).finished_at is not None


def test_again_it_is_the_same_receipt(known: world.Known) -> None:
    receipt = _receipt(known)

    again = erase_person(person=known.person, by="user:else", now=timezone.now() + timedelta(hours=1))

    assert (again.pk, again.by) == (receipt.pk, "user:somebody")
