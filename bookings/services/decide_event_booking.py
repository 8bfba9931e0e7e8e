"""Accepting and rejecting a booking of an event that wants approval."""

from datetime import datetime

from django.db import transaction

from bookings import event_errors as errors
from bookings.models import EventBooking
from bookings.rules.event_booking import Status, may_decide
from bookings.selectors.event_bookings import occasion
from bookings.services.places import give_place_back, locked_with_event
from notifications.public import Event, announce
from tenants.errors import check_version


@transaction.atomic
def decide_event_booking(
    *, booking: EventBooking, accept: bool, now: datetime, expected: frozenset[int] | None = None
) -> EventBooking:
    """Accepts a pending booking, or rejects it and gives its place back; tells whom it concerns.

    Until the event ends. `expected` are the versions of which the caller means one, None for any. Raises GoneError,
    StaleVersionError, NotDecidableError.
    """
    booking = locked_with_event(booking)
    check_version(booking.version, expected=expected)
    if not may_decide(Status(booking.status), ends_at=booking.event.ends_at, now=now):
        ended = " and over" if booking.status == Status.PENDING else ""
        raise errors.NotDecidableError(status=booking.status, ended=ended)
    booking.status = Status.ACCEPTED if accept else Status.REJECTED
    booking.updated_at = now
    booking.version += 1
    booking.schedule_version += 1
    booking.save(update_fields=["status", "version", "schedule_version", "updated_at"])
    if not accept:
        give_place_back(booking.event_id)
    announce(event=Event.BOOKED if accept else Event.CANCELLED, occasion=occasion(booking), now=now)
    return booking
