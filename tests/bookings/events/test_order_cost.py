"""How many statements an order costs: as many for 50 events as for one."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookings.models import Event, EventBooking
from scheduling.models import Client, StaffMember
from tenants.ids import new_id
from tests.support import cast, eventing
from tests.support.http import Rest


def _events(coach: StaffMember, number: int) -> list[Event]:
    """Of one slot, a day after the other, straight into the table."""
    first = eventing.make_event(coach, cast.tomorrow_at(18))
    more = Event.objects.bulk_create(
        Event(
            id=new_id(), time_slot=first.time_slot, coach=coach, brand=first.brand, capacity=2,
            date=first.date + timedelta(days=day), starts_at=first.starts_at + timedelta(days=day),
            ends_at=first.ends_at + timedelta(days=day), created_at=first.created_at, updated_at=first.created_at,
        )
        for day in range(1, number)
    )  # fmt: skip
    return [first, *more]


@pytest.fixture
def statements(north: Any, ada: StaffMember, bob: Client, as_bob: Rest) -> Any:
    def count(number: int) -> int:
        events = _events(ada, number)
        with CaptureQueriesContext(connection) as queries:
            answer = as_bob.post("/v1/bookings", eventing.sent_order(bob, *events))
        assert answer.status_code == 201, answer.content
        assert EventBooking.objects.count() == len(answer.json()["bookings"]) == number
        assert Event.objects.filter(taken=1).count() == number
        return len(queries)

    return count


@pytest.mark.parametrize("number", [1, 5, 50])
def test_an_order_costs_the_same_however_many_events_are_in_it(statements: Any, number: int) -> None:
    assert statements(number) <= MOST


# With all that is asked before it (who, brand, limits, idempotency), the messages and the answer.
MOST = 24
