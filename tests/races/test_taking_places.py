"""Taking places in events without waiting in a circle; and that there is a circle without the order of the locks."""

import time
from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from bookings.models import Event
from bookings.services.place_order import place_order
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
