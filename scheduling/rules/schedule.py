"""When something is open: wall time in a zone, weekly and with exceptions, as minutes of a frame."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from scheduling.rules import wall_time
from scheduling.rules.minutes import Frame, first_minute_from, instant_of, minute_of

_DAY = timedelta(days=1)
MINUTES_OF_A_DAY = 24 * 60


@dataclass(frozen=True, slots=True)
class Hours:
    """A local window of a day. An end that is not after the start belongs to the next day."""

    starts: time
    ends: time


@dataclass(frozen=True, slots=True)
class Weekly:
    """Hours of one weekday (ISO, 1 = Monday), between two dates, both included and both open."""

    weekday: int
    hours: Hours
    valid_from: date | None = None
    valid_until: date | None = None

    def is_in_force(self, day: date) -> bool:
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_until is None or day <= self.valid_until
        )


class Opening(NamedTuple):
    """A window of a schedule in real time: the minutes [start, end), counted from 1970 in UTC."""

    start: int
    end: int
    # Whether a clock change is near: then wall time and real time don't go alike.
    is_steady: bool


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Schedule:
    """Weekly hours in a zone; on the dates among `exceptions` those hours instead, none where they are empty.

    Each is equal to itself alone: who reads many schedules makes one for all that say the same.
    """

    zone: ZoneInfo
    weekly: Sequence[Weekly] = ()
    exceptions: Mapping[date, Sequence[Hours]] = field(default_factory=dict)

    def hours_on(self, day: date) -> Sequence[Hours]:
        """The local windows of a day."""
        if day in self.exceptions:
            return self.exceptions[day]
        weekday = day.isoweekday()
        return [one.hours for one in self.weekly if one.weekday == weekday and one.is_in_force(day)]

    def openings(self, frame: Frame) -> Iterator[Opening]:
        """The windows that touch a frame. One that a clock change skips as a whole is left out."""
        for day in days_of(self.zone, frame):
            for hours in self.hours_on(day.date):
                opening = day.opening(hours, self.zone)
                if opening.start < opening.end and opening.end > frame.first:
                    yield opening


@dataclass(frozen=True, slots=True)
class Day:
    """A date in a zone: the minutes [start, end), counted from 1970 in UTC."""

    date: date
    start: int
    end: int
    is_steady: bool

    def opening(self, hours: Hours, zone: ZoneInfo) -> Opening:
        if self.is_steady:
            # As wall_time.window says, at a fraction of the cost: nearly all days are such.
            starts, ends = _minute(hours.starts), _minute(hours.ends)
            end = ends if ends > starts else ends + MINUTES_OF_A_DAY
            return Opening(self.start + starts, self.start + end, is_steady=True)
        opens, closes = wall_time.window(self.date, hours.starts, hours.ends, zone)
        return Opening(minute_of(opens), minute_of(closes), is_steady=False)


def days_of(zone: ZoneInfo, frame: Frame) -> Sequence[Day]:
    """The dates of a zone whose windows may touch a frame: they may have begun on the day before."""
    first = instant_of(frame.first).astimezone(zone).date() - _DAY
    last = instant_of(frame.first + frame.count).astimezone(zone).date()
    return _days(zone, first, (last - first).days + 1)


# It holds what the IANA database says, nothing of a tenant.
@lru_cache(maxsize=256)
def _days(zone: ZoneInfo, first: date, count: int) -> tuple[Day, ...]:
    midnights = [wall_time.resolve(datetime.combine(first + n * _DAY, time()), zone) for n in range(-1, count + 2)]
    offsets = [midnight.astimezone(zone).utcoffset() for midnight in midnights]
    return tuple(
        Day(
            first + n * _DAY,
            minute_of(midnights[n + 1]),
            minute_of(midnights[n + 2]),
            # From the midnight before to the one after the next: a window may last into the next day, and a change
            # at midnight moves midnight itself.
            is_steady=len(set(offsets[n : n + 4])) == 1,
        )
        for n in range(count)
    )


def _minute(wall: time) -> int:
    return wall.hour * 60 + wall.minute


def closed_minutes(closed: Sequence[tuple[date, date]], zone: ZoneInfo, frame: Frame) -> int:
    """The minutes of the closed days, as the zone dates them. `closed` holds first and last days."""
    minutes = 0
    if closed:
        for day in days_of(zone, frame):
            if any(first <= day.date <= last for first, last in closed):
                minutes |= frame.clipped(frame.bit(day.start), frame.bit(day.end))
    return minutes


def grid(opening: Opening, *, length: int, step: int, zone: ZoneInfo) -> list[int]:
    """The minutes of an opening that is not steady at which something of `length` may start, each `step` minutes of
    the wall clock (wall_time.grid)."""
    starts = wall_time.grid(
        instant_of(opening.start), instant_of(opening.end), length_minutes=length, step_minutes=step, where=zone
    )
    return [first_minute_from(start) for start in starts]
