"""Cancelling an office-hour booking."""

from datetime import datetime

from django.db import transaction

from bookings.errors import NotCancellableError
from bookings.models import CoachBooking
from bookings.rules.coach_booking import Status, may_cancel
from bookings.selectors.office_hours import occasion
from notifications.public import Event, announce
from scheduling.public import Subject, release
from tenants.errors import check_version
from tenants.locking import locked


@transaction.atomic
def cancel_coach_booking(
    *, booking: CoachBooking, reason: str, as_staff: bool, now: datetime, expected: frozenset[int] | None = None
) -> CoachBooking:
    """Cancels the booking, frees the coach's time, drops what is no longer true and tells the client.

    A client may cancel until the start, staff as long as the booking stands.
    `expected` are the versions of which the caller cancels one, None for any. Raises GoneError,
    StaleVersionError, NotCancellableError.
    """
    # Looked at under the lock: of two cancellations at once, one wins and the other is told so.
    booking = locked(CoachBooking.objects.with_people(), booking.pk)
    check_version(booking.version, expected=expected)
    if not may_cancel(Status(booking.status), starts_at=booking.starts_at, now=now, as_staff=as_staff):
        started = " and has begun" if booking.status == Status.BOOKED else ""
        raise NotCancellableError(status=booking.status, started=started)
    booking.status = Status.CANCELLED
    booking.cancelled_at = booking.updated_at = now
    booking.cancel_reason = reason
    booking.version += 1
    booking.schedule_version += 1
    booking.save(update_fields=["status", "cancelled_at", "cancel_reason", "version", "schedule_version", "updated_at"])
    release(subject=Subject(CoachBooking.SUBJECT_KIND, booking.pk))
    announce(event=Event.CANCELLED, occasion=occasion(booking), now=now)
    return booking
