"""What others decide of a booking while its client or coach is erased: the erasure takes it as it is by then."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bookings import personal as erasing
from bookings.models import Event, EventBooking, WaitingPlace
from bookings.rules.event_booking import Role
from bookings.services.cancel_event import cancel_event
from bookings.services.cancel_event_booking import cancel_event_booking
from bookings.services.join_waiting_list import join_waiting_list
from bookings.services.places import lock_events
from scheduling.models import Client, Erasure, Person
from scheduling.services.erase_person import erase_person
from tests.erasure import world
from tests.support import cast


def _erase(person_id: Any) -> Erasure:
    return erase_person(person=Person.objects.get(pk=person_id), by="user:x", now=timezone.now())


def _before_the_locks(monkeypatch: pytest.MonkeyPatch, happens: Callable[[], Any]) -> None:
    """Once, between the choice of what is cancelled and its locks."""
    done: list[bool] = []

    def later(event_ids: Any) -> None:
        if not done:
            done.append(True)
            happens()
        lock_events(event_ids)

    monkeypatch.setattr(erasing, "lock_events", later)


def test_a_place_that_its_coach_cancels_meanwhile_stays_so(north: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    client, coach = cast.make_client(), cast.make_coach()
    gone, stays = world.book(client, world.make_event(coach, 3), world.make_event(coach, 4))
    said: dict[str, Any] = {"role": Role.COACH, "reason_code": "Illness", "now": timezone.now()}
    _before_the_locks(monkeypatch, lambda: cancel_event_booking(booking=gone, **said))

    receipt = _erase(client.person_id)

    assert receipt.done["event_bookings_cancelled"] == 1
    roles = dict(EventBooking.objects.values_list("pk", "canceled_by_role"))
    assert roles == {gone.pk: "Coach", stays.pk: "System"}
    assert set(Event.objects.values_list("taken", flat=True)) == {0}


def test_an_event_that_is_cancelled_meanwhile_stays_so(north: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    coach = cast.make_coach()
    gone, stays = world.make_event(coach, 3), world.make_event(coach, 4)
    said: dict[str, Any] = {"role": Role.COACH, "reason_code": "Illness", "now": timezone.now()}
    _before_the_locks(monkeypatch, lambda: cancel_event(event=gone, **said))

    receipt = _erase(coach.person_id)

    assert receipt.done["events_cancelled"] == 1
    roles = dict(Event.objects.values_list("pk", "canceled_by_role"))
    assert roles == {gone.pk: "Coach", stays.pk: "System"}


def test_all_events_are_locked_at_once_and_before_the_ledger(north: Any) -> None:
    """Led, booked and waited for, in ascending order: nobody waits in a circle."""
    coach = cast.make_coach("Ada Both")
    client, person = Client.objects.create(person=coach.person), coach.person
    other, third = cast.make_coach("Eve Other"), cast.make_client("Cay Third")
    led, booked = world.make_event(coach, 3), world.make_event(other, 4)
    world.book(client, booked)
    full = world.make_event(other, 5, places=1)
    world.book(third, full)
    join_waiting_list(client=client, event=full, now=timezone.now())
    cast.make_office_hour(coach)
    cast.make_booking(coach, third, slot_at=world.at(6).replace(hour=9))

    with CaptureQueriesContext(connection) as queries:
        receipt = _erase(person.pk)

    wanted = ("events_cancelled", "event_bookings_cancelled", "waiting_places_left", "coach_bookings_cancelled")
    assert [receipt.done[step] for step in wanted] == [1, 1, 1, 1]
    said = [query["sql"] for query in queries]
    locks = [sql for sql in said if "FOR NO KEY UPDATE" in sql and 'FROM "bookings_event" ' in sql]
    assert all(event.pk.hex in locks[0].replace("-", "") for event in (led, booked, full))
    assert "ORDER BY 1 ASC" in locks[0]  # the id
    done = [step for step in receipt.done if step in wanted]
    assert done == list(wanted)
    assert not WaitingPlace.objects.in_line().exists()
