"""Booking a slot in a coach's office hour."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from bookings.models import CoachBooking
from bookings.selectors.office_hours import occasion
from bookings.services import take_slot as slots
from bookings.services.take_slot import take_held_slot, take_slot, who_meets
from notifications.public import Event, announce
from scheduling.public import Hold, HoldMismatchError, HoldNotFoundError, reserve
from tenants.errors import DomainError
from tenants.ids import new_id

REFUSALS: list[type[DomainError]] = [*slots.REFUSALS, HoldNotFoundError, HoldMismatchError]


@transaction.atomic
def book_coach(
    *,
    coach_id: UUID,
    patient_id: UUID | None = None,
    user_id: UUID | None = None,
    brand_id: UUID,
    slot_at: datetime,
    hold: Hold | None = None,
    notes: str | None,
    now: datetime,
) -> CoachBooking:
    """Books the slot that starts at `slot_at`, or raises one of REFUSALS saying why not.

    The patient is named as a person, or as the user who signed in. Takes the coach's time in the ledger, from `hold`
    where that keeps it, and plans the confirmation, all in one transaction.
    """
    who, client = who_meets(
        coach_id=coach_id, patient_id=patient_id, user_id=user_id, brand_id=brand_id, slot_at=slot_at
    )
    booking = CoachBooking(
        id=new_id(),
        coach=who.staff_member,
        client=client,
        brand_id=brand_id,
        starts_at=slot_at,
        notes=notes,
        created_at=now,
        updated_at=now,
    )
    if hold is None:
        take_slot(booking, who=who, take=reserve, now=now)
    else:
        take_held_slot(booking, who=who, hold=hold, now=now)
    booking.save(force_insert=True)
    announce(event=Event.BOOKED, occasion=occasion(booking), now=now)
    return booking
