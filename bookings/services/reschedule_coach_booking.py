"""Moving an office-hour booking to another slot of the same coach."""

from datetime import datetime

from django.db import transaction

from bookings.errors import NotReschedulableError
from bookings.models import CoachBooking
from bookings.rules.coach_booking import Status, may_reschedule
from bookings.selectors.office_hours import occasion
from bookings.services import take_slot as slots
from bookings.services.take_slot import take_slot, who_meets
from notifications.public import Event, announce
from scheduling.public import move
from tenants.errors import DomainError, GoneError, StaleVersionError, check_version
from tenants.locking import locked

REFUSALS: list[type[DomainError]] = [*slots.REFUSALS, NotReschedulableError, GoneError, StaleVersionError]


@transaction.atomic
def reschedule_coach_booking(
    *, booking: CoachBooking, slot_at: datetime, now: datetime, expected: frozenset[int] | None = None
) -> CoachBooking:
    """Moves the booking to the slot that starts at `slot_at`, or raises one of REFUSALS and changes nothing.

    The slot is checked as for a new booking; the time that the booking holds itself is free for it. To move it to
    where it is changes nothing and tells nobody. What was planned for the old time is dropped in the same transaction.
    `expected` are the versions of which the caller moves one, None for any.
    """
    # Looked at under the lock: of two changes at once, the second sees what the first one made.
    booking = locked(CoachBooking.objects.with_people(), booking.pk)
    check_version(booking.version, expected=expected)
    if not may_reschedule(Status(booking.status), starts_at=booking.starts_at, now=now):
        started = " and has begun" if booking.status == Status.BOOKED else ""
        raise NotReschedulableError(status=booking.status, started=started)
    if slot_at == booking.starts_at:
        return booking
    who, _client = who_meets(
        coach_id=booking.coach.person_id,
        patient_id=booking.client.person_id,
        user_id=None,
        brand_id=booking.brand_id,
        slot_at=slot_at,
    )
    booking.starts_at = slot_at
    take_slot(booking, who=who, take=move, now=now)
    booking.updated_at = now
    booking.version += 1
    booking.schedule_version += 1
    booking.save(
        update_fields=["starts_at", "office_hour", "duration_minutes", "version", "schedule_version", "updated_at"]
    )
    announce(event=Event.RESCHEDULED, occasion=occasion(booking), now=now)
    return booking
