"""Ending a dispute about a booking."""

from datetime import datetime

from django.db import transaction

from bookings import event_errors as errors
from bookings.models import Dispute, EventBooking
from bookings.rules.event_booking import Status, may_step
from bookings.services.places import locked_booking
from tenants.errors import check_version


@transaction.atomic
def resolve_dispute(
    *, booking: EventBooking, resolution: str, now: datetime, expected: frozenset[int] | None = None
) -> EventBooking:
    """Notes what staff decided. It is the last word: there is no further dispute about the booking.

    `expected` are the versions of which the caller means one, None for any. Raises GoneError, StaleVersionError,
    NotInDisputeError.
    """
    booking = locked_booking(booking)
    check_version(booking.version, expected=expected)
    if not may_step(Status(booking.status), Status.DISPUTE_DONE):
        raise errors.NotInDisputeError(status=booking.status)
    Dispute.objects.filter(booking=booking).update(resolution=resolution, resolved_at=now)
    booking.status = Status.DISPUTE_DONE
    booking.updated_at = now
    booking.version += 1
    booking.save(update_fields=["status", "version", "updated_at"])
    return booking
