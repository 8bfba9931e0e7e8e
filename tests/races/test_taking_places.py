"""Taking places in events without waiting in a circle; and that there is a circle without the order of the locks."""

import time
from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from bookings.models import Event, EventBooking
from bookings.services.place_order import place_order
from bookings.services.places import take_places
from tenants.context import use
from tests.support import cast, eventing
from tests.support.committed import at_once


def _both_ways(tenant: Any) -> list[str]:
    """Two clients order the same two events, one the other way round."""
    with use(tenant):
        coach = cast.make_coach(f"Coach{time.monotonic_ns()}")
        events = [eventing.make_event(coach, cast.tomorrow_at(hour)) for hour in (9, 11)]
        clients = [cast.make_client(f"Client{number}") for number in range(2)]

    def order(client: Any, wanted: list[Event]) -> str:
        now = datetime.now(tz=UTC)
        place_order(client=client, brand_id=events[0].brand_id, event_ids=[e.pk for e in wanted], now=now)
        return "ordered"

    return at_once(tenant, lambda: order(clients[0], events), lambda: order(clients[1], events[::-1]))


def test_events_are_locked_in_the_order_of_their_ids(tenant: Any) -> None:
    assert _both_ways(tenant) == ["ordered", "ordered"]


def test_locked_as_they_are_named_two_orders_wait_for_each_other(tenant: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def take_as_named(event_ids: Collection[UUID]) -> set[UUID]:
        with connection.cursor() as cursor:
            for event_id in event_ids:
                cursor.execute("UPDATE bookings_event SET taken = taken + 1 WHERE id = %s", [event_id])
                time.sleep(0.3)
        return set(event_ids)

    monkeypatch.setattr("bookings.services.place_order.take_places", take_as_named)
    assert "40P01" in _both_ways(tenant)


def _two_orders_of_one(tenant: Any, *, hours: tuple[int, int], minute: int = 0) -> tuple[list[str], list[int]]:
    """One client orders two events at the same moment; what came of it, and which of their bookings they are."""
    with use(tenant):
        bob = cast.make_client()
        stamp = time.monotonic_ns()
        coach = cast.make_coach(f"Coach{stamp}")
        other = coach if hours[0] != hours[1] else cast.make_coach(f"Other{stamp}")
        events = [
            eventing.make_event(coach, cast.tomorrow_at(hours[0])),
            eventing.make_event(other, cast.tomorrow_at(hours[1], minute=minute)),
        ]

    def order(event: Event) -> str:
        now = datetime.now(tz=UTC)
        place_order(client=bob, brand_id=event.brand_id, event_ids=[event.pk], now=now)
        return "ordered"

    said = at_once(tenant, lambda: order(events[0]), lambda: order(events[1]))
    with use(tenant):
        return said, sorted(EventBooking.objects.filter(client=bob).values_list("cardinality", flat=True))


def _look_slowly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for another order of the same client, and each has looked before the other has booked."""
    monkeypatch.setattr("bookings.services.place_order.lock_client", lambda client: client)

    def take_slowly(event_ids: Collection[UUID]) -> set[UUID]:
        time.sleep(0.5)
        return take_places(event_ids)

    monkeypatch.setattr("bookings.services.place_order.take_places", take_slowly)


def test_two_orders_at_once_have_numbers_of_their_own(tenant: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    assert _two_orders_of_one(tenant, hours=(9, 11)) == (["ordered", "ordered"], [1, 2])

    def count_what_is_there(client: Any, events: Any) -> dict[int, int]:
        coach_id = events[0].coach_id
        return {coach_id: EventBooking.objects.filter(client=client, event__coach=coach_id).count() + 1}

    _look_slowly(monkeypatch)
    monkeypatch.setattr("bookings.services.place_order._count", count_what_is_there)
    assert _two_orders_of_one(tenant, hours=(13, 15))[1] == [1, 1]


def test_nobody_is_in_two_events_at_once(tenant: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    said, numbers = _two_orders_of_one(tenant, hours=(9, 9), minute=30)
    assert (sorted(said), len(numbers)) == (["ordered", "overlapping_booking"], 1)

    _look_slowly(monkeypatch)
    said, numbers = _two_orders_of_one(tenant, hours=(13, 13), minute=30)
    assert (said, len(numbers)) == (["ordered", "ordered"], 2)
