"""Cancelling a place in an event."""

from datetime import datetime

from django.db import transaction

from bookings.errors import NotCancellableError
from bookings.models import EventBooking
from bookings.rules.event_booking import CANCELLABLE, Role, Status, may_cancel
from bookings.selectors.event_bookings import occasion
from bookings.services.places import give_place_back, locked_with_event
from notifications.public import Event, announce
from tenants.errors import check_version


@transaction.atomic
def cancel_event_booking(
    *,
    booking: EventBooking,
    role: Role,
    reason_code: str,
    reason_text: str = "",
    now: datetime,
    expected: frozenset[int] | None = None,
) -> EventBooking:
    """Cancels the booking, gives its place to whoever wants it, and tells whom it concerns.

    The athlete until the start, coach and system until the end. `expected` are the versions of which the caller
    cancels one, None for any. Raises GoneError, StaleVersionError, NotCancellableError.
    """
    booking = locked_with_event(booking)
    check_version(booking.version, expected=expected)
    event = booking.event
    if not may_cancel(Status(booking.status), starts_at=event.starts_at, ends_at=event.ends_at, now=now, role=role):
        started = " and has begun" if booking.status in CANCELLABLE else ""
        raise NotCancellableError(status=booking.status, started=started)
    booking.status = Status.CANCELED
    booking.canceled_at = booking.updated_at = now
    booking.canceled_by_role = role
    booking.cancellation_reason_code = reason_code
    booking.cancellation_reason_text = reason_text
    booking.version += 1
    booking.schedule_version += 1
    booking.save()
    give_place_back(event.pk)
    announce(event=Event.CANCELLED, occasion=occasion(booking), now=now)
    return booking
