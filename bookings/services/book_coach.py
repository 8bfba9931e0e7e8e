"""Booking a slot in a coach's office hour."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from bookings import errors, selectors
from bookings.models import CoachBooking, OfficeHour
from bookings.rules.office_hours import Refused, refusal
from notifications.public import plan_messages
from scheduling.public import Client, Period, SlotTakenError, StaffMember, Subject, holders, reserve
from scheduling.rules.wall_time import rfc3339
from tenants.errors import DomainError
from tenants.ids import new_id

# Around a taken slot, where its nearest free neighbours are looked for.
_NEARBY = timedelta(days=1)

_REFUSALS: dict[Refused, type[DomainError]] = {
    Refused.NO_OFFICE_HOUR: errors.OfficeHourNotFoundError,
    Refused.OFF_GRID: errors.SlotOffGridError,
    Refused.PAST: errors.SlotPastError,
    Refused.TOO_SOON: errors.SlotTooSoonError,
    Refused.TOO_FAR: errors.SlotTooFarError,
    Refused.CLOSED: errors.SlotClosedError,
}

# From a plain no to nearly yes.
_NEARNESS = list(_REFUSALS)

REFUSALS: list[type[DomainError]] = [
    errors.CoachNotFoundError,
    errors.CoachOutsideBrandError,
    errors.PatientNotFoundError,
    errors.OwnOfficeHourError,
    *_REFUSALS.values(),
    errors.SlotUnavailableError,
    errors.CoachBusyError,
]


@transaction.atomic
def book_coach(
    *, coach: StaffMember, client: Client, brand_id: UUID, slot_at: datetime, notes: str | None, now: datetime
) -> CoachBooking:
    """Books the slot that starts at `slot_at`, or raises one of REFUSALS saying why not.

    Takes the coach's time in the ledger and plans the confirmation, all in one transaction.
    """
    if client.person_id == coach.person_id:
        raise errors.OwnOfficeHourError
    offers = _offers(coach=coach, brand_id=brand_id, slot_at=slot_at, now=now)
    booking = CoachBooking(
        id=new_id(),
        coach=coach,
        client=client,
        brand_id=brand_id,
        starts_at=slot_at,
        notes=notes,
        created_at=now,
        updated_at=now,
    )
    _take_time(booking, offers=offers, now=now)
    booking.save(force_insert=True)
    plan_messages(
        event="booked",
        subject_kind=CoachBooking.SUBJECT_KIND,
        subject_id=booking.pk,
        schedule_version=booking.schedule_version,
        client_person_id=client.person_id,
        brand_id=brand_id,
        now=now,
    )
    return booking


def _offers(*, coach: StaffMember, brand_id: UUID, slot_at: datetime, now: datetime) -> list[OfficeHour]:
    """The office hours that offer the slot, one of each length. Of several refusals, the one nearest to a yes."""
    closed = selectors.closed_days_around(brand_id=brand_id, within=Period(slot_at, slot_at + timedelta(days=1)))
    offers: dict[int, OfficeHour] = {}
    refused, by = Refused.NO_OFFICE_HOUR, None
    for office_hour in OfficeHour.objects.of(coach=coach, brand_id=brand_id):
        reason = refusal(office_hour.rule(), slot_at, now=now, closed=closed)
        if reason is None:
            offers.setdefault(office_hour.duration_minutes, office_hour)
        elif _NEARNESS.index(reason) > _NEARNESS.index(refused):
            refused, by = reason, office_hour
    if offers:
        return list(offers.values())
    raise _REFUSALS[refused](
        slot_at=rfc3339(slot_at),
        coach_id=str(coach.person_id),
        notice_minutes=by.notice_minutes if by else None,
        horizon_days=by.horizon_days if by else None,
    )


def _take_time(booking: CoachBooking, *, offers: list[OfficeHour], now: datetime) -> None:
    """Takes the slot of the first office hour in which it is free: a short one may be where a long one is not."""
    for office_hour in offers:
        booking.office_hour = office_hour
        booking.duration_minutes = office_hour.duration_minutes
        try:
            reserve(
                resource_ids=[booking.coach.resource_id],
                period=booking.period,
                subject=Subject(CoachBooking.SUBJECT_KIND, booking.pk),
                now=now,
            )
        except SlotTakenError:
            continue
        return
    raise _why_taken(booking, now=now)


def _why_taken(booking: CoachBooking, *, now: datetime) -> DomainError:
    """Who has the time: another booking of this slot, or something else of the coach's. Offers the nearest starts."""
    around = holders(resource_id=booking.coach.resource_id, period=booking.period)
    same = any(
        period.start == booking.starts_at and subject.kind == CoachBooking.SUBJECT_KIND for period, subject in around
    )
    free = selectors.coach_slots(
        coach=booking.coach,
        brand_id=booking.brand_id,
        within=Period(max(now, booking.starts_at - _NEARBY), booking.starts_at + _NEARBY),
        now=now,
    )
    nearest = sorted(slot.start for slot in sorted(free, key=lambda slot: abs(slot.start - booking.starts_at))[:3])
    offer = f" Free: {', '.join(map(rfc3339, nearest))}." if nearest else ""
    error = errors.SlotUnavailableError if same else errors.CoachBusyError
    return error(slot_at=rfc3339(booking.starts_at), nearest=offer)
