"""An answer by the days of a zone: what is free on which."""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from operator import itemgetter
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from scheduling.offers import StaffOffer
from scheduling.rules.minutes import Frame, instant_of
from scheduling.rules.ranges import free_ranges, off_grid
from scheduling.rules.schedule import Day, days_of
from scheduling.selectors.availability import Question


class Range(NamedTuple):
    """Free time [start, end) of a staff member."""

    start: datetime
    end: datetime
    staff_id: UUID


def days_within(question: Question, zone: ZoneInfo) -> list[Day]:
    """The days of a zone that a question touches."""
    asked = Frame.around(question.within, before=0, after=0)
    return [day for day in days_of(zone, asked) if day.end > asked.first and day.start < asked.first + asked.count]


def starts_by_day(
    question: Question, free: Sequence[int], days: Sequence[Day]
) -> Mapping[date, list[tuple[datetime, list[StaffOffer]]]]:
    """The free starts of each day, ascending, each with who could take it."""
    frame, found = question.frame, {}
    # With `since` it is often no day at all.
    wanted = sum(frame.clipped(frame.bit(day.start), frame.bit(day.end)) for day in days)
    starts = list(question.by_start([minutes & wanted for minutes in free]))
    for day in days:
        first = bisect_left(starts, instant_of(day.start), key=itemgetter(0))
        last = bisect_left(starts, instant_of(day.end), lo=first, key=itemgetter(0))
        found[day.date] = starts[first:last]
    return found


def ranges_by_day(
    question: Question, free: Sequence[int], days: Sequence[Day], *, now: datetime
) -> Mapping[date, list[Range]]:
    """The free ranges that begin on each day, ascending; `free` are the free starts."""
    anywhere = replace(question, offers=[replace(one, offer=off_grid(one.offer)) for one in question.offers])
    found: dict[date, list[Range]] = {day.date: [] for day in days}
    begins, first = [day.start for day in days], question.frame.first
    for one, starts, minutes in zip(question.offers, free, anywhere.free(now=now), strict=True):
        for start, end in free_ranges(one.offer, free=starts, free_off_grid=minutes, frame=question.frame):
            day = days[bisect_right(begins, first + start) - 1]
            found[day.date].append(Range(instant_of(first + start), instant_of(first + end), one.staff_id))
    return {day: sorted(ranges) for day, ranges in found.items()}
