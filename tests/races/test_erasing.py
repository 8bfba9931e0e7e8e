"""A person who is erased while they book: nothing of theirs stands afterwards. By real threads, with a control."""

import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError
from django.utils import timezone

from bookings import personal as erasing_bookings
from bookings.models import Event, EventBooking
from bookings.services import place_order as ordering
from bookings.services.cancel_coach_booking import cancel_coach_booking
from scheduling.models import Client, Erasure, Person
from scheduling.services.erase_person import erase_person
from tenants.context import use
from tenants.errors import DomainError
from tests.erasure import world
from tests.support import cast, visiting
from tests.support.committed import in_threads
from visits import personal as erasing_visits
from visits.services.cancel_visit import cancel_visit

ROUNDS = 6


@pytest.fixture(autouse=True)
def _own_log(tmp_path: Path, settings: Any) -> None:
    settings.ERASURE_LOG = str(tmp_path / "erasures.jsonl")


@pytest.mark.parametrize("is_locked", [True, False])
def test_only_the_lock_on_the_client_keeps_an_order_from_an_erased_one(
    tenant: Any, monkeypatch: pytest.MonkeyPatch, *, is_locked: bool
) -> None:
    """The erasure comes between the order's look at its client and its writing."""
    if not is_locked:
        monkeypatch.setattr(ordering, "lock_client", lambda client: Client.objects.get(pk=client.pk))
    looked, erased = threading.Event(), threading.Event()
    overlaps = ordering._check_overlaps

    def look(*asked: Any) -> None:
        overlaps(*asked)
        looked.set()
        # Who waits for the lock does not get to the end of it meanwhile.
        erased.wait(timeout=0.3 if is_locked else 30)

    monkeypatch.setattr(ordering, "_check_overlaps", look)
    with use(tenant):
        client, event = cast.make_client(), world.make_event(cast.make_coach(), 5)

    def order() -> str:
        with use(tenant):
            world.book(client, event)
        return "ordered"

    def erase() -> str:
        assert looked.wait(timeout=30)
        with use(tenant):
            erase_person(person=Person.objects.get(pk=client.person_id), by="user:x", now=timezone.now())
        erased.set()
        return "erased"

    assert in_threads(order, erase) == ["ordered", "erased"]
    with use(tenant):
        status, taken = EventBooking.objects.get().status, Event.objects.get().taken
        assert (status, taken) == (("Canceled", 0) if is_locked else ("Accepted", 1))


def test_erasing_while_booking_leaves_nothing_standing(tenant: Any) -> None:
    """In whichever order they come: the order is refused, or it is cancelled."""
    seen = set()
    for _round in range(ROUNDS):
        with use(tenant):
            client, coach = cast.make_client(), cast.make_coach()
            events = [world.make_event(coach, 5 + number) for number in range(3)]
        start = threading.Barrier(2)

        def order(client: Any = client, events: Any = events, start: Any = start) -> str:
            with use(tenant):
                start.wait(timeout=30)
                try:
                    world.book(client, *events)
                except DomainError as error:
                    return error.code
            return "ordered"

        def erase(client: Any = client, start: Any = start) -> str:
            with use(tenant):
                person = Person.objects.get(pk=client.person_id)
                start.wait(timeout=30)
                erase_person(person=person, by="user:x", now=timezone.now() + timedelta(seconds=1))
            return "erased"

        seen.add(in_threads(order, erase)[0])
        with use(tenant):
            standing = EventBooking.objects.filter(client=client).exclude(status="Canceled")
            assert not standing.exists()
            assert not Event.objects.filter(pk__in=[event.pk for event in events], taken__gt=0).exists()
    assert seen <= {"ordered", "deleted_meanwhile"}


def test_of_two_erasures_at_once_there_is_one_receipt(tenant: Any) -> None:
    with use(tenant):
        client = cast.make_client()
    start = threading.Barrier(2)

    def erase() -> Any:
        with use(tenant):
            person = Person.objects.get(pk=client.person_id)
            start.wait(timeout=30)
            return erase_person(person=person, by="user:x", now=timezone.now()).pk

    first, second = in_threads(erase, erase)

    assert first == second
    with use(tenant):
        assert Erasure.objects.count() == 1


def _coach_booking(client: Client) -> Callable[[], Any]:
    coach = cast.make_coach()
    cast.make_office_hour(coach)
    booking = cast.make_booking(coach, client, slot_at=world.at(3).replace(hour=9))
    return lambda: cancel_coach_booking(booking=booking, reason="Ill", as_staff=True, now=timezone.now())


def _visit(client: Client) -> Callable[[], Any]:
    provider = visiting.make_provider()
    slot = visiting.make_slot(provider, world.at(3).replace(hour=12))
    visit = visiting.make_visit(slot, client, visiting.make_visit_type())
    return lambda: cancel_visit(visit=visit, reason="Ill", as_staff=True, now=timezone.now())


@pytest.mark.parametrize(
    ("make", "cancels", "step"),
    [
        (_coach_booking, (erasing_bookings, "cancel_coach_booking"), "coach_bookings_cancelled"),
        (_visit, (erasing_visits, "cancel_visit"), "visits_cancelled"),
    ],
)
def test_nobody_cancels_between_the_look_at_a_booking_and_its_cancellation(
    tenant: Any, monkeypatch: pytest.MonkeyPatch, make: Any, cancels: Any, step: str
) -> None:
    """Who tries it waits, and finds it cancelled; the erasure is not refused for it."""
    with use(tenant):
        client = cast.make_client()
        cancel = make(client)
    looked, tried = threading.Event(), threading.Event()
    module, service = cancels
    own = getattr(module, service)

    def after_the_other(**said: Any) -> Any:
        looked.set()
        tried.wait(timeout=0.3)
        return own(**said)

    monkeypatch.setattr(module, service, after_the_other)

    def other() -> str:
        assert looked.wait(timeout=30)
        with use(tenant):
            try:
                cancel()
            except DomainError as error:
                return error.code
            except OperationalError:
                return "waited too long"
            finally:
                tried.set()
        return "cancelled"

    def erase() -> int:
        with use(tenant):
            person = Person.objects.get(pk=client.person_id)
            return int(erase_person(person=person, by="user:x", now=timezone.now()).done[step])

    said, done = in_threads(other, erase)

    assert done == 1
    assert said != "cancelled"
