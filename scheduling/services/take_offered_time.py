"""Taking time of whoever offers it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Protocol
from uuid import UUID

from django.db import transaction

from scheduling.errors import NoStaffError, nearest, refused
from scheduling.models import Service
from scheduling.offers import StaffOffer
from scheduling.rules.assignment import least_busy, record
from scheduling.rules.availability import Refused
from scheduling.rules.intervals import Period
from scheduling.rules.ledger import Subject
from scheduling.rules.wall_time import rfc3339
from scheduling.selectors.availability import Question, ask
from scheduling.selectors.workload import candidates
from scheduling.services.ledger import SlotTakenError, reserve

_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenTime:
    """Whose time was taken, from when on and how long (without buffers), on which resources, and how that was
    decided; None where there was nothing to decide."""

    offer: StaffOffer
    starts_at: datetime
    minutes: int
    resource_ids: Sequence[int]
    assignment: Any


class Take(Protocol):
    """The ledger's `reserve` for who takes time, its `move` for who takes it instead of other time."""

    def __call__(
        self, *, resource_ids: Sequence[int], period: Period, subject: Subject, now: datetime, service_id: UUID | None
    ) -> object: ...


@transaction.atomic
def take_offered_time(
    *,
    offers: Sequence[StaffOffer],
    brand_id: UUID,
    start: datetime,
    subject: Subject,
    now: datetime,
    holds_for: timedelta | None = None,
    take: Take | None = None,
    but: Subject | None = None,
) -> TakenTime:
    """Takes the time that starts at `start` of the least busy of those who offer it and are free.

    Who turns out to be taken meanwhile is passed over for the next one. With `holds_for` it is given up by itself
    after so long. `take` is how it is taken where that is not simply `reserve`, and the time of `but`, which it then
    replaces, counts as free. Raises NoStaffError, or the one of `errors.REFUSALS` that comes nearest to a yes.
    """
    take = take or partial(reserve, holds_for=holds_for)
    if not offers:
        raise NoStaffError
    _lock_limits(offers)
    question = ask(offers, brand_id=brand_id, within=Period(start, start + _MINUTE), but=but)
    refusals = question.refusals(start, now=now)
    free = [offer for offer, reason in zip(offers, refusals, strict=True) if reason is None]
    if not free:
        raise nearest(refusals, start_at=rfc3339(start))
    order = least_busy(candidates(free, start)) if len(free) > 1 else []
    by_staff = {offer.staff_id: offer for offer in free}
    lost: list[UUID] = []
    for offer in [by_staff[candidate.staff_id] for candidate in order] or free:
        minutes = offer.offer.length_at(start) or 0
        terms = offer.offer.terms
        period = Period(start - terms.buffer_before * _MINUTE, start + (minutes + terms.buffer_after) * _MINUTE)
        resource_ids = _reserve(question, offer, start, period, subject=subject, now=now, take=take)
        if resource_ids is not None:
            chosen = record(order, chosen=offer.staff_id, lost=lost) if order else None
            return TakenTime(
                offer=offer, starts_at=start, minutes=minutes, resource_ids=resource_ids, assignment=chosen
            )
        lost.append(offer.staff_id)
    raise refused(Refused.BUSY, start_at=rfc3339(start))


def _lock_limits(offers: Sequence[StaffOffer]) -> None:
    """Where a limit is to hold, those who count and take must wait for each other."""
    limited = {
        offer.service_id
        for offer in offers
        if offer.service_id and (offer.limits.per_day or offer.limits.per_staff_per_day)
    }
    if limited:
        list(Service.objects.select_for_update(no_key=True).filter(pk__in=limited).order_by("pk").values("pk"))


def _reserve(
    question: Question,
    offer: StaffOffer,
    start: datetime,
    period: Period,
    *,
    subject: Subject,
    now: datetime,
    take: Take,
) -> list[int] | None:
    """Reserves the staff member with one resource of each need, whichever is left; None when that is not to be had."""
    groups = question.needed(offer, start)
    while all(groups):
        wanted = [offer.resource_id, *(group[0] for group in groups)]
        try:
            take(resource_ids=wanted, period=period, subject=subject, now=now, service_id=offer.service_id)
        except SlotTakenError as taken:
            if offer.resource_id in taken.resource_ids:
                return None
            groups = [[one for one in group if one not in taken.resource_ids] for group in groups]
        else:
            return wanted
    return None
