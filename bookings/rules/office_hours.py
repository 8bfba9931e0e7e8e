"""Which slots an office hour offers, and why a start is not one of them.

The same functions list slots and check a booking: what is listed can be booked.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from scheduling.rules import wall_time
from scheduling.rules.intervals import Period


class Refused(StrEnum):
    """Why a start can't be booked."""

    NO_OFFICE_HOUR = "no_office_hour"
    OFF_GRID = "off_grid"
    PAST = "past"
    TOO_SOON = "too_soon"
    TOO_FAR = "too_far"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Hours:
    """A local window of a day. An end that is not after the start belongs to the next day."""

    starts: time
    ends: time


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeHourRule:
    """An office hour as values: either weekly on `weekdays` (ISO, 1 = Monday), or once on `on`."""

    hours: Hours
    zone: ZoneInfo
    slot_minutes: int
    notice: timedelta
    # How far ahead may be booked.
    horizon: timedelta
    weekdays: frozenset[int] = frozenset()
    on: date | None = None
    valid_from: date | None = None
    valid_until: date | None = None
    # What replaces the window on a date; None means there is none on that date.
    exceptions: Mapping[date, Hours | None] = field(default_factory=dict)

    def hours_on(self, day: date) -> Hours | None:
        """The local window of a day, if there is one."""
        if day in self.exceptions:
            return self.exceptions[day]
        if self.on is not None:
            return self.hours if day == self.on else None
        if self.valid_from is not None and day < self.valid_from:
            return None
        if self.valid_until is not None and day > self.valid_until:
            return None
        return self.hours if day.isoweekday() in self.weekdays else None


def slots(rule: OfficeHourRule, within: Period) -> list[datetime]:
    """The starts of all slots that start in `within`, ascending; whether they are free is not asked."""
    found: set[datetime] = set()
    for day, hours in _days(rule, within):
        opens, closes = wall_time.window(day, hours.starts, hours.ends, rule.zone)
        grid = wall_time.grid(opens, closes, step_minutes=rule.slot_minutes, where=rule.zone)
        found.update(start for start in grid if within.contains(start))
    # Not window by window: an exception that lasts into the next day's window overlaps it.
    return sorted(found)


def refusal(
    rule: OfficeHourRule, start: datetime, *, now: datetime, closed: Sequence[tuple[date, date]]
) -> Refused | None:
    """Why `start` is no slot that can be booked now; None when it is one, free or not.

    `closed` holds the closures as first and last day.
    """
    moment = Period(start, start + timedelta(microseconds=1))
    if start not in slots(rule, moment):
        return Refused.OFF_GRID if _is_open(rule, moment) else Refused.NO_OFFICE_HOUR
    return timing_refusal(rule, start, now=now, closed=closed)


def timing_refusal(
    rule: OfficeHourRule, start: datetime, *, now: datetime, closed: Sequence[tuple[date, date]]
) -> Refused | None:
    """As `refusal`, for a `start` that is a slot."""
    if start <= now:
        return Refused.PAST
    if start < now + rule.notice:
        return Refused.TOO_SOON
    if start > now + rule.horizon:
        return Refused.TOO_FAR
    if closed:
        day = start.astimezone(rule.zone).date()
        if any(first <= day <= last for first, last in closed):
            return Refused.CLOSED
    return None


def free_slots(
    rule: OfficeHourRule,
    within: Period,
    *,
    now: datetime,
    closed: Sequence[tuple[date, date]],
    busy: Sequence[Period],
) -> Iterator[datetime]:
    """The starts in `within` that can be booked now, ascending. `busy` is disjoint and ascending."""
    upcoming = iter(busy)
    taken = next(upcoming, None)
    for start in slots(rule, within):
        while taken is not None and taken.end <= start:
            taken = next(upcoming, None)
        if taken is not None and taken.start < start + timedelta(minutes=rule.slot_minutes):
            continue
        if timing_refusal(rule, start, now=now, closed=closed) is None:
            yield start


def _is_open(rule: OfficeHourRule, moment: Period) -> bool:
    """Whether a window of the office hour, rather than one of its slots, contains the moment."""
    for day, hours in _days(rule, moment):
        opens, closes = wall_time.window(day, hours.starts, hours.ends, rule.zone)
        if opens <= moment.start < closes:
            return True
    return False


def _days(rule: OfficeHourRule, within: Period) -> Iterator[tuple[date, Hours]]:
    """The days whose windows may touch `within`. A window may have begun on the day before."""
    day = within.start.astimezone(rule.zone).date() - timedelta(days=1)
    last = within.end.astimezone(rule.zone).date()
    while day <= last:
        hours = rule.hours_on(day)
        if hours is not None:
            yield day, hours
        day += timedelta(days=1)
