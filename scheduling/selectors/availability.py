"""What is free, for one or many staff members."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import reduce
from operator import or_
from uuid import UUID

from django.db import connection

from scheduling.offers import StaffOffer
from scheduling.rules.availability import (
    Calendar,
    Need,
    Refused,
    frame_of,
    free_beside,
    left_of,
    offered_starts,
    refusal,
)
from scheduling.rules.intervals import Period
from scheduling.rules.ledger import Subject
from scheduling.rules.minutes import Frame, instant_of, minute_of, positions
from scheduling.rules.schedule import days_of
from scheduling.selectors.calendars import calendars


@dataclass(frozen=True, slots=True)
class Question:
    """Offers with all that is known of their resources in a frame: what every answer is made of."""

    offers: Sequence[StaffOffer]
    frame: Frame
    within: Period
    calendars: dict[int, Calendar]
    # The minutes of days at their limit, by the number of the offer.
    full: Sequence[int]

    def free(self, *, now: datetime) -> list[int]:
        """For each offer the minutes at which it can be booked."""
        # Many work the same hours: what they offer is worked out once.
        offered = {
            offer: offered_starts(offer, self.frame, within=self.within, now=now)
            for offer in {offer.offer for offer in self.offers}
        }
        return [
            left_of(
                offered[offer.offer],
                offer.offer,
                self.calendars[offer.resource_id],
                self.frame,
                full=full,
                needs=self._needs(offer),
            )
            for offer, full in zip(self.offers, self.full, strict=True)
        ]

    def by_start(self, free: Sequence[int]) -> Iterator[tuple[datetime, list[StaffOffer]]]:
        """The starts of `free`, ascending, each with the offers that can be booked then."""
        digits = [f"{minutes:0{self.frame.count}b}"[::-1] for minutes in free]
        # At most starts it is one of a few groups, each of which is listed once.
        groups: dict[str, list[StaffOffer]] = {}
        for at in positions(reduce(or_, free, 0)):
            marks = "".join([of_offer[at] for of_offer in digits])
            if marks not in groups:
                groups[marks] = [offer for offer, mark in zip(self.offers, marks, strict=True) if mark == "1"]
            yield instant_of(self.frame.first + at), groups[marks]

    def refusals(self, start: datetime, *, now: datetime) -> list[Refused | None]:
        """For each offer why it can't be booked at a start within the question; None when it can."""
        return [
            refusal(
                offer.offer,
                self.calendars[offer.resource_id],
                self.frame,
                start=start,
                now=now,
                full=full,
                needs=self._needs(offer),
            )
            for offer, full in zip(self.offers, self.full, strict=True)
        ]

    def needed(self, offer: StaffOffer, start: datetime) -> list[list[int]]:
        """Of each need the resources that are free for an offer at a start, ascending."""
        at = 1 << self.frame.bit(minute_of(start))
        return [
            sorted(number for number in group if at & free_beside(offer.offer, self.calendars[number], self.frame))
            for group in offer.needs
        ]

    def _needs(self, offer: StaffOffer) -> list[Need]:
        return [Need(calendars=[self.calendars[number] for number in group]) for group in offer.needs]


def ask(offers: Sequence[StaffOffer], *, brand_id: UUID, within: Period, but: Subject | None = None) -> Question:
    """All that must be read for an answer: one statement, and one more where limits must be counted.

    The time of `but`, which is to be moved, counts as free.
    """
    frame = frame_of([offer.offer for offer in offers], within)
    resources = {offer.resource_id for offer in offers} | {
        number for offer in offers for group in offer.needs for number in group
    }
    return Question(
        offers=offers,
        frame=frame,
        within=within,
        calendars=calendars(resource_ids=resources, brand_id=brand_id, frame=frame, but=but),
        full=_full(offers, frame, but=but),
    )


def _full(offers: Sequence[StaffOffer], frame: Frame, *, but: Subject | None) -> list[int]:
    """For each offer the minutes of the days that have as many bookings as they may."""
    if all(offer.limits.per_day is None and offer.limits.per_staff_per_day is None for offer in offers):
        return [0] * len(offers)
    booked = _booked(offers, frame, but=but)
    found = []
    for offer in offers:
        before = offer.offer.terms.buffer_before
        full = 0
        for day in days_of(offer.limits.zone or offer.offer.zone, frame):
            on_day = [taken for at, taken in booked[offer.service_id] if day.start <= at + before < day.end]
            of_staff = sum(offer.resource_id in resources for resources in on_day)
            if _reached(offer.limits.per_day, len(on_day)) or _reached(offer.limits.per_staff_per_day, of_staff):
                full |= frame.clipped(frame.bit(day.start), frame.bit(day.end))
        found.append(full)
    return found


def _booked(
    offers: Sequence[StaffOffer], frame: Frame, *, but: Subject | None
) -> dict[UUID | None, list[tuple[int, list[int]]]]:
    """For each service what is booked of it on the days of a frame: from which minute on, on which resources."""
    period, margin = frame.period, timedelta(days=2)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT service_id, min(lower(during)), array_agg(resource_id) FROM scheduling_reservation
            WHERE service_id = ANY(%s) AND active AND lower(during) >= %s AND lower(during) < %s
                AND (expires_at IS NULL OR expires_at > statement_timestamp())
                AND (subject_id, subject_kind) IS DISTINCT FROM (%s::uuid, %s::text)
            GROUP BY service_id, subject_kind, subject_id
            """,
            [
                list({offer.service_id for offer in offers}),
                period.start - margin,
                period.end + margin,
                but.id if but else None,
                but.kind if but else None,
            ],
        )
        found: dict[UUID | None, list[tuple[int, list[int]]]] = defaultdict(list)
        for service_id, starts_at, resources in cursor.fetchall():
            found[service_id].append((minute_of(starts_at), resources))
    return found


def _reached(limit: int | None, number: int) -> bool:
    return limit is not None and number >= limit
