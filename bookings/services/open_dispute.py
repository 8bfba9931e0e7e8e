"""Disputing a booking."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from bookings import event_errors as errors
from bookings.models import Dispute, DisputeReason, EventBooking
from bookings.rules.event_booking import Status, may_dispute
from bookings.services.places import locked_booking
from tenants.errors import check_version


@transaction.atomic
def open_dispute(
    *,
    booking: EventBooking,
    disputer_id: UUID,
    reason_id: UUID,
    comment: str,
    now: datetime,
    expected: frozenset[int] | None = None,
) -> EventBooking:
    """Notes what a side of the booking says was wrong; staff decides (`resolve_dispute`). From the start on.

    `disputer_id` is the person's. `expected` are the versions of which the caller means one, None for any. Raises
    GoneError, StaleVersionError, UnknownReasonError, NotDisputableError.
    """
    booking = locked_booking(booking)
    check_version(booking.version, expected=expected)
    if not DisputeReason.objects.filter(pk=reason_id, is_active=True).exists():
        raise errors.UnknownReasonError
    if not may_dispute(Status(booking.status), starts_at=booking.event.starts_at, now=now):
        ahead = " and has not begun" if booking.status == Status.ACCEPTED else ""
        raise errors.NotDisputableError(status=booking.status, ahead=ahead)
    Dispute.objects.create(
        booking=booking, disputer_id=disputer_id, reason_id=reason_id, comment=comment, opened_at=now
    )
    booking.status = Status.IN_DISPUTE
    booking.updated_at = now
    booking.version += 1
    booking.save(update_fields=["status", "version", "updated_at"])
    return booking
