"""Hiding a canceled booking from its client's own list."""

from datetime import datetime

from django.db import transaction

from bookings import event_errors as errors
from bookings.models import EventBooking
from bookings.rules.event_booking import Status
from bookings.services.places import locked_booking
from tenants.errors import check_version


@transaction.atomic
def dismiss_event_booking(
    *, booking: EventBooking, now: datetime, expected: frozenset[int] | None = None
) -> EventBooking:
    """Hides the booking for good; again changes nothing. All other reads show it as before.

    `expected` are the versions of which the caller means one, None for any. Raises GoneError, StaleVersionError,
    NotCanceledError.
    """
    booking = locked_booking(booking)
    check_version(booking.version, expected=expected)
    if booking.status != Status.CANCELED:
        raise errors.NotCanceledError(status=booking.status)
    if booking.dismissed_at is None:
        booking.dismissed_at = booking.updated_at = now
        booking.version += 1
        booking.save(update_fields=["dismissed_at", "version", "updated_at"])
    return booking
