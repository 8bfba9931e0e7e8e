"""Booking a slot in a coach's office hour."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.db import transaction

from bookings import errors, selectors
from bookings.models import CoachBooking
from bookings.rules.office_hours import OfficeHourRule, Refused, refusal
from bookings.selectors import Offer, occasion
from notifications.public import Event, announce
from scheduling.public import Client, Encounter, Period, SlotTakenError, Subject, encounter, holders, reserve
from scheduling.rules.wall_time import rfc3339
from tenants.errors import DomainError
from tenants.ids import new_id

# Around a taken slot, where its nearest free neighbours are looked for.
_NEARBY = timedelta(days=1)
# And a day more on both sides, for the zones in which closures are meant.
_CLOSURES = _NEARBY + timedelta(days=1)

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
    who, client = _who(coach_id=coach_id, patient_id=patient_id, user_id=user_id, brand_id=brand_id, slot_at=slot_at)
    offered = selectors.offers(coach_id=who.staff_member.pk, brand_id=brand_id)
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
    _take_time(booking, who=who, offered=offered, now=now)
    booking.save(force_insert=True)
    announce(event=Event.BOOKED, occasion=occasion(booking), now=now)
    return booking


def _who(
    *, coach_id: UUID, patient_id: UUID | None, user_id: UUID | None, brand_id: UUID, slot_at: datetime
) -> tuple[Encounter, Client]:
    """The coach, the patient and the closures around the slot."""
    who = encounter(
        staff_person_id=coach_id,
        client_person_id=patient_id,
        client_user_id=user_id,
        brand_id=brand_id,
        first=(slot_at - _CLOSURES).astimezone(UTC).date(),
        last=(slot_at + _CLOSURES).astimezone(UTC).date(),
    )
    if who is None:
        raise errors.CoachNotFoundError
    if not who.staff_member_is_in_brand:
        raise errors.CoachOutsideBrandError
    if who.client is None:
        raise errors.PatientNotFoundError
    if who.client.person_id == who.staff_member.person_id:
        raise errors.OwnOfficeHourError
    return who, who.client


def _take_time(booking: CoachBooking, *, who: Encounter, offered: Sequence[Offer], now: datetime) -> None:
    """Takes the slot of the first office hour in which it is free: a short one may be where a long one is not."""
    for offer in _offers_of_slot(booking, who=who, offered=offered, now=now):
        booking.office_hour_id = offer.office_hour_id
        booking.duration_minutes = offer.rule.slot_minutes
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
    raise _why_taken(booking, who=who, offered=offered, now=now)


def _offers_of_slot(booking: CoachBooking, *, who: Encounter, offered: Sequence[Offer], now: datetime) -> list[Offer]:
    """The office hours that offer the slot, one of each length. Of several refusals, the one nearest to a yes."""
    found: dict[int, Offer] = {}
    refused = Refused.NO_OFFICE_HOUR
    by: OfficeHourRule | None = None
    for offer in offered:
        reason = refusal(offer.rule, booking.starts_at, now=now, closed=who.closed)
        if reason is None:
            found.setdefault(offer.rule.slot_minutes, offer)
        elif _NEARNESS.index(reason) > _NEARNESS.index(refused):
            refused, by = reason, offer.rule
    if found:
        return list(found.values())
    raise _REFUSALS[refused](
        slot_at=rfc3339(booking.starts_at),
        coach_id=str(booking.coach.person_id),
        notice_minutes=by.notice // timedelta(minutes=1) if by else None,
        horizon_days=by.horizon.days if by else None,
    )


def _why_taken(booking: CoachBooking, *, who: Encounter, offered: Sequence[Offer], now: datetime) -> DomainError:
    """Who has the time: another booking of this slot, or something else of the coach's. Offers the nearest starts."""
    around = holders(resource_id=booking.coach.resource_id, period=booking.period)
    same = any(
        period.start == booking.starts_at and subject.kind == CoachBooking.SUBJECT_KIND for period, subject in around
    )
    free = selectors.free_in(
        offered,
        resource_id=booking.coach.resource_id,
        closed=who.closed,
        within=Period(max(now, booking.starts_at - _NEARBY), booking.starts_at + _NEARBY),
        now=now,
    )
    nearest = sorted(slot.start for slot in sorted(free, key=lambda slot: abs(slot.start - booking.starts_at))[:3])
    offer = f" Free: {', '.join(map(rfc3339, nearest))}." if nearest else ""
    error = errors.SlotUnavailableError if same else errors.CoachBusyError
    return error(slot_at=rfc3339(booking.starts_at), nearest=offer)
