"""What may be booked, and why a start may not. The same functions list free starts and check the one that is booked.

An *offer* says when one resource may be booked: in hours, each so many minutes, or in slots that somebody opened.
What is offered is free where the resource is, and everything else that it needs.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import reduce
from operator import and_, or_
from typing import Protocol
from zoneinfo import ZoneInfo

from scheduling.rules.intervals import Period
from scheduling.rules.minutes import Frame, every, first_minute_from, meeting, minute_of, span
from scheduling.rules.schedule import Opening, Schedule, closed_minutes, grid

_MINUTE = timedelta(minutes=1)


class Refused(StrEnum):
    """Why a start can't be booked."""

    OUTSIDE_HOURS = "outside_hours"
    OFF_GRID = "off_grid"
    PAST = "past"
    TOO_SOON = "too_soon"
    TOO_FAR = "too_far"
    CLOSED = "closed"
    FULL = "limit_reached"
    BUSY = "busy"
    NEEDS_BUSY = "needs_busy"


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """How something is booked. The buffers are taken with it; they may lie outside the hours."""

    notice: timedelta = timedelta(0)
    # How far ahead may be booked; None for any time.
    horizon: timedelta | None = None
    buffer_before: int = 0
    buffer_after: int = 0

    def refusal(self, start: datetime, *, now: datetime) -> Refused | None:
        if start <= now:
            return Refused.PAST
        if start < now + self.notice:
            return Refused.TOO_SOON
        if self.horizon is not None and start > now + self.horizon:
            return Refused.TOO_FAR
        return None

    def timely(self, frame: Frame, *, now: datetime) -> int:
        """The minutes at which `refusal` has nothing against a start."""
        first = max(minute_of(now) + 1, first_minute_from(now + self.notice))
        last = frame.first + frame.count if self.horizon is None else minute_of(now + self.horizon) + 1
        return frame.clipped(frame.bit(first), frame.bit(last))


class Offer(Protocol):
    """When one resource may be booked, with no regard to what is taken."""

    @property
    def zone(self) -> ZoneInfo:
        """In which its days are dated."""

    @property
    def terms(self) -> Terms: ...

    @property
    def longest(self) -> int:
        """The minutes of the longest thing that it offers, without buffers."""

    def starts(self, frame: Frame) -> int:
        """The minutes at which something is offered."""

    def meeting(self, taken: int, frame: Frame) -> int:
        """The minutes from which on what is offered, buffers included, meets a minute of `taken`. Where nothing is
        offered it says nothing."""

    def length_at(self, start: datetime) -> int | None:
        """The minutes for which something is offered at a start; None when nothing is."""

    def is_open(self, start: datetime) -> bool:
        """Whether the offer covers this moment, though nothing may start there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HoursOffer:
    """Anything of `length` minutes that starts on the grid of `step` minutes and lies within one window of the
    schedule; with `within`, also within one of that."""

    schedule: Schedule
    length: int
    step: int
    terms: Terms = Terms()
    within: Schedule | None = None

    @property
    def zone(self) -> ZoneInfo:
        return self.schedule.zone

    @property
    def longest(self) -> int:
        return self.length

    def starts(self, frame: Frame) -> int:
        found = 0
        for opening in self._openings(frame):
            first = frame.bit(opening.start)
            if opening.is_steady:
                skipped = max(0, -(first // self.step)) if first < 0 else 0
                times = (opening.end - opening.start - self.length) // self.step + 1 - skipped
                found |= every(first + skipped * self.step, step=self.step, times=times)
            else:
                for minute in grid(opening, length=self.length, step=self.step, zone=self.zone):
                    if minute >= frame.first:
                        found |= 1 << frame.bit(minute)
        return found & span(0, frame.count)

    def meeting(self, taken: int, frame: Frame) -> int:  # noqa: ARG002
        before, after = self.terms.buffer_before, self.terms.buffer_after
        return meeting(taken, before + self.length + after) << before

    def length_at(self, start: datetime) -> int | None:
        moment = _moment(start)
        return self.length if moment is not None and self.starts(moment) & 1 else None

    def is_open(self, start: datetime) -> bool:
        minute = minute_of(start)
        return any(opening.start <= minute < opening.end for opening in self._openings(Frame(minute, 1)))

    def _openings(self, frame: Frame) -> list[Opening]:
        openings = list(self.schedule.openings(frame))
        if self.within is None:
            return openings
        # The grid begins where both are open.
        bounds = list(self.within.openings(frame))
        return [
            Opening(
                max(opening.start, bound.start),
                min(opening.end, bound.end),
                is_steady=opening.is_steady and bound.is_steady,
            )
            for opening in openings
            for bound in bounds
            if opening.start < bound.end and bound.start < opening.end
        ]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SlotsOffer:
    """Each of these periods as a whole; of whole minutes, and no two with the same start."""

    zone: ZoneInfo
    slots: Sequence[Period]
    terms: Terms = Terms()

    @property
    def longest(self) -> int:
        return max((_minutes(slot) for slot in self.slots), default=0)

    def starts(self, frame: Frame) -> int:
        return sum(1 << at for at, _slot in self._within(frame))

    def meeting(self, taken: int, frame: Frame) -> int:
        before, after = self.terms.buffer_before, self.terms.buffer_after
        return sum(
            1 << at
            for at, slot in self._within(frame)
            if frame.clipped(at - before, at + _minutes(slot) + after) & taken
        )

    def length_at(self, start: datetime) -> int | None:
        return next((_minutes(slot) for slot in self.slots if slot.start == start), None)

    def is_open(self, start: datetime) -> bool:
        return any(slot.contains(start) for slot in self.slots)

    def _within(self, frame: Frame) -> Iterator[tuple[int, Period]]:
        for slot in self.slots:
            at = frame.bit(minute_of(slot.start))
            if 0 <= at < frame.count:
                yield at, slot


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """What is known of a resource in a frame: the days on which it is closed, and the minutes that are taken."""

    closed: Sequence[tuple[date, date]] = ()
    taken: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """One of these, beside the resource that is booked: a room, a device."""

    calendars: Sequence[Calendar]


def frame_of(offers: Sequence[Offer], within: Period) -> Frame:
    """The minutes that matter to starts in a period: with the buffers, and with what begins at its very end."""
    return Frame.around(
        within,
        before=max((offer.terms.buffer_before for offer in offers), default=0),
        after=max((offer.longest + offer.terms.buffer_after for offer in offers), default=0),
    )


def offered_starts(offer: Offer, frame: Frame, *, within: Period, now: datetime) -> int:
    """The minutes in `within` at which the offer could be booked now if nothing were taken, closed or full: the same
    for all who share it."""
    return offer.starts(frame) & frame.starting_in(within) & offer.terms.timely(frame, now=now)


def left_of(
    offered: int, offer: Offer, calendar: Calendar, frame: Frame, *, full: int = 0, needs: Sequence[Need] = ()
) -> int:
    """Those of the `offered_starts` at which the offer can be booked.

    `full` are the minutes at which a limit is reached; of each of the needs at least one must be free.
    """
    if not offered:
        return 0
    barred = full | _barred(offer, calendar, frame)
    return offered & ~reduce(or_, (_unmet(need, offer, frame) for need in needs), barred)


def free_starts(
    offer: Offer,
    calendar: Calendar,
    frame: Frame,
    *,
    within: Period,
    now: datetime,
    full: int = 0,
    needs: Sequence[Need] = (),
) -> int:
    """The minutes in `within` at which the offer can be booked now; see `left_of`."""
    offered = offered_starts(offer, frame, within=within, now=now)
    return left_of(offered, offer, calendar, frame, full=full, needs=needs)


def refusal(
    offer: Offer,
    calendar: Calendar,
    frame: Frame,
    *,
    start: datetime,
    now: datetime,
    full: int = 0,
    needs: Sequence[Need] = (),
) -> Refused | None:
    """Why `start`, which lies in the frame, is not among `free_starts`; None when it is."""
    if offer.length_at(start) is None:
        return Refused.OFF_GRID if offer.is_open(start) else Refused.OUTSIDE_HOURS
    if untimely := offer.terms.refusal(start, now=now):
        return untimely
    at = 1 << frame.bit(minute_of(start))
    checks = [
        (closed_minutes(calendar.closed, offer.zone, frame), Refused.CLOSED),
        (full, Refused.FULL),
        (offer.meeting(calendar.taken, frame), Refused.BUSY),
        *((_unmet(need, offer, frame), Refused.NEEDS_BUSY) for need in needs),
    ]
    return next((reason for against, reason in checks if at & against), None)


def free_beside(offer: Offer, calendar: Calendar, frame: Frame) -> int:
    """The minutes at which another resource is free for what the offer offers."""
    return offer.starts(frame) & ~_barred(offer, calendar, frame)


def _barred(offer: Offer, calendar: Calendar, frame: Frame) -> int:
    """The minutes from which on a resource is taken or closed for what is offered."""
    return offer.meeting(calendar.taken, frame) | closed_minutes(calendar.closed, offer.zone, frame)


def _unmet(need: Need, offer: Offer, frame: Frame) -> int:
    """The minutes at which none of the needed resources is free; all, where there is none."""
    return reduce(and_, (_barred(offer, one, frame) for one in need.calendars), span(0, frame.count))


def _moment(start: datetime) -> Frame | None:
    """The frame of one minute, if the start is at its beginning: nothing starts within a minute."""
    minute = minute_of(start)
    return Frame(minute, 1) if minute == first_minute_from(start) else None


def _minutes(period: Period) -> int:
    return (period.end - period.start) // _MINUTE
