"""Booking a slot in a coach's office hour."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from bookings.models import CoachBooking
from bookings.selectors import occasion
from bookings.services.take_slot import REFUSALS, take_slot, who_meets
from notifications.public import Event, announce
from scheduling.public import reserve
from tenants.ids import new_id

__all__ = ["REFUSALS", "book_coach"]


@transaction.atomic
def book_coach(
    *,
    coach_id: UUID,
    patient_id: UUID | None = None,
    user_id: UUID | None = None,
    brand_id: UUID,
    slot_at: datetime,
    notes: str | None,
    now: datetime,
) -> CoachBooking:
    """Books the slot that starts at `slot_at`, or raises one of REFUSALS saying why not.

    The patient is named as a person, or as the user who signed in. Takes the coach's time in the ledger and plans
    the confirmation, all in one transaction.
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
    take_slot(booking, who=who, take=reserve, now=now)
    booking.save(force_insert=True)
    announce(event=Event.BOOKED, occasion=occasion(booking), now=now)
    return booking
