"""Publishing an event: a time slot on a date."""

from datetime import date, datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from bookings import event_errors as errors
from bookings.errors import CoachBusyError
from bookings.models import Event, Sport, TimeSlot
from bookings.rules.events import Hours, Terms
from scheduling.public import Location, SlotTakenError, StaffMember, Subject, reserve
from scheduling.rules.wall_time import rfc3339
from tenants.errors import DomainError
from tenants.ids import new_id

REFUSALS: Final[list[type[DomainError]]] = [
    errors.UnknownSportError,
    errors.UnknownAddressError,
    errors.TimeSlotDiffersError,
    errors.NotInFutureError,
    errors.NoSuchHoursError,
    CoachBusyError,
]


@transaction.atomic
def publish_event(
    *, coach: StaffMember, brand_id: UUID, hours: Hours, terms: Terms, day: date, now: datetime, slot_id: UUID | None
) -> Event:
    """Takes the coach's time on a day of the slot's zone; places in the event can be booked at once.

    `slot_id` names the time slot, which is made where there is none of that id yet. Raises one of REFUSALS.
    """
    event = new_event(
        slot=time_slot(coach=coach, brand_id=brand_id, hours=hours, terms=terms, slot_id=slot_id, now=now),
        day=day,
        now=now,
    )
    subject = Subject(Event.SUBJECT_KIND, event.pk)
    try:
        reserve(resource_ids=[coach.resource_id], period=event.period, subject=subject, now=now)
    except SlotTakenError as error:
        raise busy(event) from error
    event.save(force_insert=True)
    return event


def time_slot(
    *, coach: StaffMember, brand_id: UUID, hours: Hours, terms: Terms, slot_id: UUID | None, now: datetime
) -> TimeSlot:
    """The coach's slot of that id, which must be as described, or a new one. Raises the first three of REFUSALS."""
    _check_known(terms)
    slot = TimeSlot.offering(hours, terms, id=slot_id or new_id(), coach=coach, brand_id=brand_id, created_at=now)
    if slot_id is None:
        slot.save(force_insert=True)
        return slot
    # Of two who make the same slot at once, one does and the other finds it.
    TimeSlot.objects.bulk_create([slot], ignore_conflicts=True)
    found = TimeSlot.objects.get(pk=slot_id)
    if (found.coach_id, found.brand_id, found.hours, found.terms) != (coach.pk, brand_id, hours, terms):
        raise errors.TimeSlotDiffersError(timeslot_id=str(slot_id))
    return found


def new_event(*, slot: TimeSlot, day: date, now: datetime) -> Event:
    """The event of a slot on a day, not saved yet. Raises NotInFutureError, NoSuchHoursError."""
    starts_at, ends_at = slot.hours.on(day)
    if starts_at <= now:
        raise errors.NotInFutureError(start_time=rfc3339(starts_at), date=day.isoformat())
    if starts_at >= ends_at:
        raise errors.NoSuchHoursError(date=day.isoformat())
    return Event(
        id=new_id(),
        time_slot=slot,
        coach_id=slot.coach_id,
        brand_id=slot.brand_id,
        date=day,
        starts_at=starts_at,
        ends_at=ends_at,
        capacity=slot.participants,
        created_at=now,
        updated_at=now,
    )


def busy(event: Event) -> CoachBusyError:
    when = f"between {rfc3339(event.starts_at)} and {rfc3339(event.ends_at)}"
    return CoachBusyError(when=when, nearest="", date=event.date.isoformat())


def _check_known(terms: Terms) -> None:
    if terms.sport_id and not Sport.objects.filter(pk=terms.sport_id, is_active=True).exists():
        raise errors.UnknownSportError(sport_id=str(terms.sport_id))
    if terms.address_id and not Location.objects.filter(pk=terms.address_id).exists():
        raise errors.UnknownAddressError(address_id=str(terms.address_id))
