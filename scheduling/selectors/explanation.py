"""Whether a start can be booked, and why not."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from scheduling import errors
from scheduling.offers import StaffOffer
from scheduling.rules import wall_time
from scheduling.rules.assignment import Candidate, least_busy
from scheduling.rules.availability import Refused
from scheduling.rules.intervals import Period
from scheduling.selectors.availability import ask
from scheduling.selectors.workload import candidates
from tenants.errors import DomainError


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """For each of those who offer something at a start, why they can't be booked, None when they can; who would be
    asked, in this order; and, where that is nobody, the error with which booking is refused."""

    reasons: Sequence[tuple[UUID, Refused | None]]
    candidates: Sequence[Candidate]
    refusal: DomainError | None


def explain(offers: Sequence[StaffOffer], *, brand_id: UUID, start: datetime, now: datetime) -> Explanation:
    """What booking one of the offers at `start` comes to. The offers are those that lie at `start`."""
    question = ask(offers, brand_id=brand_id, within=Period.lasting(start, minutes=1))
    reasons = question.refusals(start, now=now)
    free = [offer for offer, reason in zip(offers, reasons, strict=True) if reason is None]
    return Explanation(
        reasons=[(offer.staff_id, reason) for offer, reason in zip(offers, reasons, strict=True)],
        candidates=least_busy(candidates(free, start)) if free else [],
        refusal=None if free else errors.nearest(reasons, start_at=wall_time.rfc3339(start)),
    )


def nearest_free(
    offers: Sequence[StaffOffer], *, brand_id: UUID, start: datetime, within: timedelta, now: datetime, most: int = 3
) -> list[datetime]:
    """Up to so many other free starts nearest to a start, ascending, none farther away than `within`."""
    question = ask(offers, brand_id=brand_id, within=Period(start - within, start + within))
    free = [at for at, _offers in question.by_start(question.free(now=now)) if at != start]
    return sorted(sorted(free, key=lambda at: abs(at - start))[:most])
