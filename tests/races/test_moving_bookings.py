"""Bookings that are moved at the same moment, by real threads in transactions that commit.

Each race counts because it can be lost: the same calls without the guard in question break the promise.
"""

import threading
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from bookings.models import CoachBooking
from bookings.services import cancel_coach_booking as cancelling
from bookings.services import reschedule_coach_booking as rescheduling
from notifications.models import Message, Rule
from scheduling.models import Reservation
from tenants.context import use
from tests.support import cast
from tests.support.committed import at_once
from tests.support.database import owner_connection

ROUNDS = 12
SLOT = cast.MONDAY + timedelta(hours=1)
NOW = SLOT - timedelta(days=1)


@pytest.fixture
def tenant(tenant: Any) -> Any:
    with use(tenant):
        Rule.objects.get_or_create(event="rescheduled")
    return tenant


def test_a_booking_is_moved_and_then_cancelled_or_cancelled_alone(tenant: Any) -> None:
    for number in range(ROUNDS):
        booking = _booking(tenant, number)
        said = at_once(tenant, partial(_move, booking, 3), partial(_cancel, booking))
        assert said in (["moved", "cancelled"], ["not_reschedulable", "cancelled"])
        assert _broken(tenant) == []


def test_without_the_lock_on_the_booking_a_cancelled_one_holds_time(
    tenant: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The cancellation happens between the move's look at the booking and its writing."""
    monkeypatch.setattr(rescheduling, "locked", lambda bookings, key: bookings.get(pk=key))
    looked, cancelled = threading.Event(), threading.Event()

    def wait(*_: Any, **__: Any) -> None:
        looked.set()
        assert cancelled.wait(timeout=30)

    monkeypatch.setattr(rescheduling, "check_version", wait)
    booking = _booking(tenant, 0)

    def cancel() -> str:
        assert looked.wait(timeout=30)
        try:
            return _cancel(booking)
        finally:
            cancelled.set()

    assert at_once(tenant, lambda: _move(booking, 3), cancel) == ["moved", "cancelled"]
    assert _broken(tenant)


def test_of_two_bookings_that_are_moved_into_one_slot_one_gets_it(tenant: Any) -> None:
    for number in range(ROUNDS):
        said = _both_into_one_slot(tenant, number)
        assert sorted(said) == ["moved", "slot_taken"]
        assert _broken(tenant) == []


def test_without_the_constraint_both_get_it(tenant: Any, database: str) -> None:
    with owner_connection(database) as connection:
        connection.execute(
            f'ALTER TABLE "{tenant.schema_name}".scheduling_reservation DROP CONSTRAINT reservation_no_overlap'
        )

    said = _both_into_one_slot(tenant, 0)

    assert said == ["moved", "moved"]
    assert _broken(tenant)


def _booking(tenant: Any, number: int, *, coach: Any = None) -> CoachBooking:
    with use(tenant):
        if coach is None:
            coach = cast.make_coach(f"Coach{number}")
            cast.make_office_hour(coach, horizon_days=730)
        client = cast.make_client(f"Client{number}")
        start = SLOT + timedelta(minutes=30 * CoachBooking.objects.filter(coach=coach).count())
        return cast.make_booking(coach, client, slot_at=start, now=NOW)


def _both_into_one_slot(tenant: Any, number: int) -> list[str]:
    first = _booking(tenant, number)
    second = _booking(tenant, number, coach=first.coach)
    return at_once(tenant, lambda: _move(first, 3), lambda: _move(second, 3))


def _move(booking: CoachBooking, hours: int) -> str:
    rescheduling.reschedule_coach_booking(booking=booking, slot_at=SLOT + timedelta(hours=hours), now=NOW)
    return "moved"


def _cancel(booking: CoachBooking) -> str:
    cancelling.cancel_coach_booking(booking=booking, reason="", as_staff=True, now=NOW)
    return "cancelled"


def _broken(tenant: Any) -> list[str]:
    """What is not as it must be: who holds time, and of whom a message is still to be sent."""
    found = []
    with use(tenant):
        for booking in CoachBooking.objects.all():
            held = [row.during.lower for row in Reservation.objects.filter(subject_id=booking.pk, active=True)]
            if held != ([booking.starts_at] if booking.status == "booked" else []):
                found.append(f"{booking.status} booking at {booking.starts_at} holds {held}")
            unsent = Message.objects.filter(subject_id=booking.pk).unsent()
            found += [
                f"{message.event} of version {message.schedule_version} is planned"
                for message in unsent.exclude(schedule_version=booking.schedule_version)
            ]
        starts = list(CoachBooking.objects.filter(status="booked").values_list("coach", "starts_at"))
        if len(starts) != len(set(starts)):
            found.append("two bookings of one slot")
    return found
