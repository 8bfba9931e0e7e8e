"""Which slots are cut from a provider's working hours, and why some of them are not opened."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import reduce
from operator import or_
from typing import Final
from zoneinfo import ZoneInfo

from scheduling.rules.availability import Calendar, HoursOffer
from scheduling.rules.intervals import Period
from scheduling.rules.minutes import Frame, instant_of, minute_of, positions
from scheduling.rules.schedule import Hours, Schedule, Weekly, closed_minutes
from scheduling.rules.wall_time import resolve
from visits.rules.slots import FARTHEST

# What is opened at once: a quarter of a year, and a quarter of an hour each in eight hours of all its days.
MOST_DAYS: Final = 92
MOST_SLOTS: Final = 3000
MOST_GAP: Final = 480
EVERY_DAY: Final = frozenset(range(1, 8))

_DAY: Final = timedelta(days=1)


class LeftOut(StrEnum):
    """Why a slot is not opened."""

    PAST = "past"
    TOO_FAR = "too_far"
    DAY_OFF = "day_off"
    CLOSED = "closed"
    OVERLAP = "slot_overlap"
    BUSY = "busy"

    @property
    def label(self) -> str:
        return _LABELS[self]


_LABELS: Final = {
    LeftOut.PAST: "It has begun.",
    LeftOut.TOO_FAR: f"It is more than {FARTHEST.days} days ahead.",
    LeftOut.DAY_OFF: "The provider has the day off.",
    LeftOut.CLOSED: "The day is closed.",
    LeftOut.OVERLAP: "The provider has an open slot in this time already.",
    LeftOut.BUSY: "The provider is busy with something else.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotsWanted:
    """Slots of so many real minutes, one after the other from the start of each window of the working hours on.

    Days are dates in the provider's zone, both included; a window belongs to the day on which it begins. With
    `starts` and `ends` only what lies between these times of the wall clock: an end that is not after the start is on
    the next day.
    """

    first_day: date
    last_day: date
    minutes: int
    gap: int = 0
    weekdays: frozenset[int] = EVERY_DAY
    starts: time | None = None
    ends: time | None = None

    @property
    def days(self) -> list[date]:
        """Those of the chosen weekdays (ISO, 1 = Monday)."""
        count = (self.last_day - self.first_day).days + 1
        every = (self.first_day + number * _DAY for number in range(count))
        return [day for day in every if day.isoweekday() in self.weekdays]

    def are_days_possible(self, *, today: date) -> bool:
        """Neither past, nor too far ahead, nor too many."""
        count = (self.last_day - self.first_day).days + 1
        return today <= self.first_day and self.last_day <= today + FARTHEST and 1 <= count <= MOST_DAYS

    def frame(self, zone: ZoneInfo) -> Frame:
        """All minutes of these days, and of the one after them, into which windows may last."""
        first = minute_of(resolve(datetime.combine(self.first_day, time()), zone))
        end = minute_of(resolve(datetime.combine(self.last_day + 2 * _DAY, time()), zone))
        return Frame(first, end - first)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedSlot:
    period: Period
    left_out: LeftOut | None


def plan(
    wanted: SlotsWanted,
    *,
    schedule: Schedule,
    calendar: Calendar,
    frame: Frame,
    opened: Sequence[Period],
    now: datetime,
) -> list[PlannedSlot]:
    """The slots of the working hours, ascending. `opened` is what the provider has open in the brand already.

    Of a day that an exception takes off, those of the hours that the day would have, left out.
    """
    hours, off = _hours(wanted, schedule)
    overlapping = hours.meeting(reduce(or_, (_minutes(period, frame) for period in opened), 0), frame)
    busy = hours.meeting(calendar.taken, frame)
    closed = closed_minutes(calendar.closed, schedule.zone, frame)
    starts = hours.starts(frame)
    planned: list[PlannedSlot] = []
    taken_until = now
    for bit in positions(starts | off.starts(frame)):
        at = 1 << bit
        start = instant_of(frame.first + bit)
        checks = [
            (start <= now, LeftOut.PAST),
            (start > now + FARTHEST, LeftOut.TOO_FAR),
            (not starts & at, LeftOut.DAY_OFF),
            (closed & at, LeftOut.CLOSED),
            # Also where windows of the hours overlap: the slots of the one that begins first are opened.
            (overlapping & at or start < taken_until, LeftOut.OVERLAP),
            (busy & at, LeftOut.BUSY),
        ]
        period = Period.lasting(start, minutes=wanted.minutes)
        left_out = next((reason for applies, reason in checks if applies), None)
        planned.append(PlannedSlot(period=period, left_out=left_out))
        if left_out is None:
            taken_until = period.end
    return planned


def _hours(wanted: SlotsWanted, schedule: Schedule) -> tuple[HoursOffer, HoursOffer]:
    """Slots in the hours of the wanted days; and in those that would be but for an exception that has none."""
    usual = replace(schedule, exceptions={})
    off = [day for day in wanted.days if day in schedule.exceptions and not schedule.exceptions[day]]
    within = None
    if wanted.starts is not None or wanted.ends is not None:
        times = Hours(wanted.starts or time(), wanted.ends or time())
        within = Schedule(zone=schedule.zone, weekly=[Weekly(weekday, times) for weekday in sorted(EVERY_DAY)])

    def offer(days: dict[date, Sequence[Hours]]) -> HoursOffer:
        return HoursOffer(
            schedule=Schedule(zone=schedule.zone, exceptions=days),
            length=wanted.minutes,
            step=wanted.minutes + wanted.gap,
            within=within,
        )

    return offer({day: schedule.hours_on(day) for day in wanted.days}), offer({day: usual.hours_on(day) for day in off})


def _minutes(period: Period, frame: Frame) -> int:
    return frame.clipped(frame.bit(minute_of(period.start)), frame.bit(minute_of(period.end)))
