"""What booking a slot and moving a booking to one share: who meets, whether it is a slot, and taking its time."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final, Protocol
from uuid import UUID

from bookings import errors
from bookings.models import CoachBooking
from bookings.selectors import office_hours
from bookings.selectors.office_hours import Offer
from scheduling.public import (
    Client,
    Encounter,
    Hold,
    HoldMismatchError,
    Period,
    SlotTakenError,
    Subject,
    encounter,
    holders,
    reserve_held,
)
from scheduling.rules.availability import Calendar, HoursOffer, Refused, frame_of, refusal
from scheduling.rules.wall_time import rfc3339
from tenants.errors import DomainError

# Around a taken slot, where its nearest free neighbours are looked for.
_NEARBY = timedelta(days=1)
# And a day more on both sides, for the zones in which closures are meant.
_CLOSURES = _NEARBY + timedelta(days=1)

_REFUSALS: dict[Refused, type[DomainError]] = {
    Refused.OUTSIDE_HOURS: errors.OfficeHourNotFoundError,
    Refused.OFF_GRID: errors.SlotOffGridError,
    Refused.PAST: errors.SlotPastError,
    Refused.TOO_SOON: errors.SlotTooSoonError,
    Refused.TOO_FAR: errors.SlotTooFarError,
    Refused.CLOSED: errors.SlotClosedError,
}

# From a plain no to nearly yes.
_NEARNESS = list(_REFUSALS)

REFUSALS: Final[list[type[DomainError]]] = [
    errors.CoachNotFoundError,
    errors.CoachOutsideBrandError,
    errors.PatientNotFoundError,
    errors.OwnOfficeHourError,
    *_REFUSALS.values(),
    errors.SlotUnavailableError,
    errors.CoachBusyError,
]


class Take(Protocol):
    """The ledger's `reserve` for who takes time, its `move` for who takes it instead of other time."""

    def __call__(self, *, resource_ids: Sequence[int], period: Period, subject: Subject, now: datetime) -> object: ...


def who_meets(
    *, coach_id: UUID, patient_id: UUID | None, user_id: UUID | None, brand_id: UUID, slot_at: datetime
) -> tuple[Encounter, Client]:
    """The coach, the patient and the closures around the slot. Raises the first four of REFUSALS."""
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


def take_held_slot(booking: CoachBooking, *, who: Encounter, hold: Hold, now: datetime) -> None:
    """As `take_slot`, of the office hour that was held; the time is the hold's until it is the booking's.

    Raises HoldMismatchError where another start, coach or office hour was held, HoldNotFoundError where it is gone, and
    what `take_slot` does. One that has expired is no harm while the time is still free.
    """
    offered = office_hours.offers(coach_id=who.staff_member.pk, brand_id=booking.brand_id)
    held = [offer for offer in offered if offer.office_hour_id == hold.service_id]
    if not held or (hold.starts_at, hold.staff_member_id) != (booking.starts_at, who.staff_member.pk):
        raise HoldMismatchError(start_at=rfc3339(hold.starts_at))
    _take(booking, who=who, offered=held, take=partial(reserve_held, hold=hold), now=hold.counts_from(now))


def take_slot(booking: CoachBooking, *, who: Encounter, take: Take, now: datetime) -> None:
    """Takes the slot that starts at the booking's `starts_at`, of the first office hour in which it is free: a short
    one may be where a long one is not. Writes the office hour and its length into the booking, without saving it.

    Raises the rest of REFUSALS; then what the booking held before is still held.
    """
    offered = office_hours.offers(coach_id=who.staff_member.pk, brand_id=booking.brand_id)
    _take(booking, who=who, offered=offered, take=take, now=now)


def _take(booking: CoachBooking, *, who: Encounter, offered: Sequence[Offer], take: Take, now: datetime) -> None:
    subject = Subject(CoachBooking.SUBJECT_KIND, booking.pk)
    for offer in _offers_of_slot(booking, who=who, offered=offered, now=now):
        booking.office_hour_id = offer.office_hour_id
        booking.duration_minutes = offer.rule.length
        try:
            take(resource_ids=[who.staff_member.resource_id], period=booking.period, subject=subject, now=now)
        except SlotTakenError:
            continue
        return
    raise _why_taken(booking, who=who, offered=offered, now=now)


def _offers_of_slot(booking: CoachBooking, *, who: Encounter, offered: Sequence[Offer], now: datetime) -> list[Offer]:
    """The office hours that offer the slot, one of each length. Of several refusals, the one nearest to a yes."""
    found: dict[int, Offer] = {}
    refused = Refused.OUTSIDE_HOURS
    by: HoursOffer | None = None
    moment = Period.lasting(booking.starts_at, minutes=1)
    # Whether it is taken, the ledger will say.
    calendar = Calendar(closed=who.closed)
    for offer in offered:
        frame = frame_of([offer.rule], moment)
        reason = refusal(offer.rule, calendar, frame, start=booking.starts_at, now=now)
        if reason is None:
            found.setdefault(offer.rule.length, offer)
        elif _NEARNESS.index(reason) > _NEARNESS.index(refused):
            refused, by = reason, offer.rule
    if found:
        return list(found.values())
    raise _REFUSALS[refused](
        slot_at=rfc3339(booking.starts_at),
        coach_id=str(who.staff_member.person_id),
        notice_minutes=by.terms.notice // timedelta(minutes=1) if by else None,
        horizon_days=by.terms.horizon.days if by and by.terms.horizon else None,
    )


def _why_taken(booking: CoachBooking, *, who: Encounter, offered: Sequence[Offer], now: datetime) -> DomainError:
    """Who has the time: another booking of this slot, or something else of the coach's. Offers the nearest starts."""
    resource_id = who.staff_member.resource_id
    around = holders(resource_id=resource_id, period=booking.period)
    same = any(
        period.start == booking.starts_at and subject.kind == CoachBooking.SUBJECT_KIND for period, subject in around
    )
    free = office_hours.free_in(
        offered,
        resource_id=resource_id,
        brand_id=booking.brand_id,
        within=Period(max(now, booking.starts_at - _NEARBY), booking.starts_at + _NEARBY),
        now=now,
        but=booking.pk,
    )
    nearest = sorted(slot.start for slot in sorted(free, key=lambda slot: abs(slot.start - booking.starts_at))[:3])
    offer = f" Free: {', '.join(map(rfc3339, nearest))}." if nearest else ""
    slot_at = rfc3339(booking.starts_at)
    if same:
        return errors.SlotUnavailableError(slot_at=slot_at, nearest=offer)
    return errors.CoachBusyError(when=f"at {slot_at}", nearest=offer)
