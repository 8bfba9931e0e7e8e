"""Saying what became of an office-hour booking: it took place, or the client did not come."""

from datetime import datetime

from django.db import transaction

from bookings.errors import NotInThatStateError, NotOverYetError
from bookings.models import CoachBooking
from bookings.rules.coach_booking import Status, may_step
from bookings.selectors.office_hours import occasion
from notifications.public import Event, announce
from tenants.errors import check_version
from tenants.locking import locked


@transaction.atomic
def record_attendance(
    *, booking: CoachBooking, came: bool, now: datetime, expected: frozenset[int] | None = None
) -> CoachBooking:
    """Sets completed or no_show, once the booking has begun, and tells whom it concerns. The coach's time stays taken.

    `expected` are the versions of which the caller means one, None for any. Raises GoneError,
    StaleVersionError, NotInThatStateError, NotOverYetError.
    """
    booking = locked(CoachBooking.objects.with_people(), booking.pk)
    check_version(booking.version, expected=expected)
    to = Status.COMPLETED if came else Status.NO_SHOW
    if not may_step(Status(booking.status), to):
        raise NotInThatStateError(status=booking.status, to=to.value)
    if now < booking.starts_at:
        raise NotOverYetError
    booking.status = to
    booking.version += 1
    booking.schedule_version += 1
    booking.updated_at = now
    booking.save(update_fields=["status", "version", "schedule_version", "updated_at"])
    announce(event=Event.COMPLETED if came else Event.NO_SHOW, occasion=occasion(booking), now=now)
    return booking
