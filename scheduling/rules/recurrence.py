"""Recurrence rules (RFC 5545, section 3.3.10), cut down to what repeats on days.

A rule says on which days; the time of day is that of the first occurrence, a wall time in its zone. So a clock change
moves the instant and not the wall time. Everything is bounded: a rule that never matches again costs no more than one
that does (docs/adr/0026).
"""

import re
from calendar import monthrange
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from scheduling.rules.wall_time import resolve
from tenants.errors import DomainError

MOST: Final = 730
LONGEST_TEXT: Final = 500
LONGEST_LIST: Final = 31
MOST_INTERVAL: Final = 400
# UNTIL is at most so far from the first day, and COUNT is reached within so many years of it or the rule is refused.
UNTIL_YEARS: Final = 2
HORIZON_YEARS: Final = 20
_DAY: Final = timedelta(days=1)
_WEEKDAYS: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
# For each list the greatest number; the least is its negative, but for months. Nothing is on day, or in week, 0.
_LISTS: Final = {"BYMONTH": 12, "BYMONTHDAY": 31, "BYYEARDAY": 366, "BYWEEKNO": 53, "BYSETPOS": 366}
_NAMES: Final = {"FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST", "BYDAY", *_LISTS}


class InvalidRuleError(DomainError):
    """A rule that can't be read, or that is not one of those that repeat here."""

    code = "invalid_rule"
    message = "{problem}"

    def __init__(self, problem: str) -> None:
        self.fields = {"rule": [problem]}
        super().__init__(problem=problem)


class Frequency(StrEnum):
    DAILY = "DAILY"
    WEEKLY = "WEEKLY"
    MONTHLY = "MONTHLY"
    YEARLY = "YEARLY"


@dataclass(frozen=True, slots=True)
class NthWeekday:
    """A weekday (Monday is 0), of a month or year only the n-th, from its end where n is negative. 0: each of them."""

    weekday: int
    nth: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Recurrence:
    """A rule as it was read. Ends by `count` or by `until` (a whole day in the zone, or an instant), never both."""

    frequency: Frequency
    interval: int = 1
    count: int | None = None
    until: date | None = None
    week_start: int = 0
    weekdays: frozenset[NthWeekday] = frozenset()
    months: frozenset[int] = frozenset()
    month_days: frozenset[int] = frozenset()
    year_days: frozenset[int] = frozenset()
    weeks: frozenset[int] = frozenset()
    positions: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Occurrence:
    """A day of the rule and the instant, in UTC, at which the occurrence of that day starts."""

    day: date
    starts_at: datetime


def parse(text: str) -> Recurrence:
    """Reads a rule such as `FREQ=WEEKLY;BYDAY=MO,WE;COUNT=10`. Raises InvalidRuleError, which says how to write it."""
    if len(text) > LONGEST_TEXT:
        raise InvalidRuleError(f"A rule has at most {LONGEST_TEXT} characters.")
    parts: dict[str, str] = {}
    for part in text.upper().removeprefix("RRULE:").split(";"):
        name, _, value = part.partition("=")
        if name in {"BYHOUR", "BYMINUTE", "BYSECOND"}:
            raise InvalidRuleError(f"{name} is not allowed: all occurrences start at the time of day of the first.")
        if name not in _NAMES:
            raise InvalidRuleError(
                f"{_said(name)} is no part of a rule. Write it as FREQ=WEEKLY;BYDAY=MO,WE;COUNT=10, with parts of "
                f"{', '.join(sorted(_NAMES))}."
            )
        if name in parts:
            raise InvalidRuleError(f"{name} is there twice.")
        parts[name] = value
    rule = Recurrence(
        frequency=_frequency(parts.get("FREQ")),
        interval=_number(parts, "INTERVAL", most=MOST_INTERVAL) or 1,
        count=_number(parts, "COUNT", most=MOST),
        until=_until(parts.get("UNTIL")),
        week_start=_weekday(parts.get("WKST", "MO")),
        weekdays=_weekdays(parts.get("BYDAY")),
        months=_list(parts, "BYMONTH"),
        month_days=_list(parts, "BYMONTHDAY"),
        year_days=_list(parts, "BYYEARDAY"),
        weeks=_list(parts, "BYWEEKNO"),
        positions=_list(parts, "BYSETPOS"),
    )
    _check(rule)
    return rule


def occurrences(rule: Recurrence, *, first: datetime, where: ZoneInfo) -> list[Occurrence]:
    """All occurrences, ascending, from the first: a wall time in the zone (naive) on one of the rule's own days.

    A wall time that a clock change skips moves forward by the gap; one that occurs twice means the first time. Where a
    zone skips a whole day, its occurrence would be that of the next day: there is one of both.
    Raises InvalidRuleError where the rule ends too late, never comes to its count, or leaves the first day out.
    """
    start = first.date()
    if not date.min.year < start.year < date.max.year - HORIZON_YEARS:
        raise InvalidRuleError(f"Nothing repeats from the year {start.year} on.")
    if rule.until is not None and _later(start, UNTIL_YEARS) < _utc_day(rule.until):
        raise InvalidRuleError(f"UNTIL must be within {UNTIL_YEARS} years of the first day, {start}.")
    found: list[Occurrence] = []
    for day in _days(rule, start):
        if not found and day != start:
            raise InvalidRuleError(f"The first day, {start}, is none of the rule's days. The next that is: {day}.")
        starts_at = resolve(datetime.combine(day, first.time()), where)
        if _is_past(rule.until, day, starts_at):
            break
        if not found or found[-1].starts_at < starts_at:
            found.append(Occurrence(day, starts_at))
        if len(found) == rule.count:
            return found
    if not found:
        raise InvalidRuleError(f"No day of the rule is between {start} and its end.")
    if rule.count is not None:
        raise InvalidRuleError(
            f"COUNT={rule.count} is not reached within {HORIZON_YEARS} years: there are {len(found)} until then."
        )
    return found


def _said(name: str) -> str:
    return repr(name[:30])


def _frequency(value: str | None) -> Frequency:
    if value not in set(Frequency):
        raise InvalidRuleError(f"Say how often it repeats: FREQ={', FREQ='.join(Frequency)}.")
    return Frequency(value)


def _number(parts: Mapping[str, str], name: str, *, most: int) -> int | None:
    if name not in parts:
        return None
    if not re.fullmatch(r"[0-9]{1,4}", parts[name], re.ASCII) or not 1 <= int(parts[name]) <= most:
        raise InvalidRuleError(f"{name} must be a number from 1 to {most}.")
    return int(parts[name])


def _until(value: str | None) -> date | None:
    if value is None:
        return None
    try:
        if re.fullmatch(r"[0-9]{8}", value, re.ASCII):
            return date(int(value[:4]), int(value[4:6]), int(value[6:]))
        if re.fullmatch(r"[0-9]{8}T[0-9]{6}Z", value, re.ASCII):
            return datetime.strptime(value, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        pass
    raise InvalidRuleError("UNTIL must be a day (UNTIL=20301231, included) or an instant (UNTIL=20301231T225959Z).")


def _weekday(value: str) -> int:
    if value not in _WEEKDAYS:
        raise InvalidRuleError(f"WKST must be one of {', '.join(_WEEKDAYS)}.")
    return _WEEKDAYS.index(value)


def _entries(name: str, value: str) -> list[str]:
    entries = value.split(",")
    if len(entries) > LONGEST_LIST:
        raise InvalidRuleError(f"{name} has at most {LONGEST_LIST} entries.")
    return entries


def _weekdays(value: str | None) -> frozenset[NthWeekday]:
    found = []
    for entry in _entries("BYDAY", value) if value is not None else ():
        match = re.fullmatch(r"([+-]?[0-9]{1,2})?(MO|TU|WE|TH|FR|SA|SU)", entry, re.ASCII)
        nth = int(match[1]) if match and match[1] else 0
        if not match or (match[1] and not 1 <= abs(nth) <= _LISTS["BYWEEKNO"]):
            raise InvalidRuleError("BYDAY must name weekdays: BYDAY=MO,WE, or of a month or year BYDAY=1MO,-1FR.")
        found.append(NthWeekday(_WEEKDAYS.index(match[2]), nth))
    return frozenset(found)


def _list(parts: Mapping[str, str], name: str) -> frozenset[int]:
    if name not in parts:
        return frozenset()
    most, least = _LISTS[name], 1 if name == "BYMONTH" else -_LISTS[name]
    entries = _entries(name, parts[name])
    if not all(re.fullmatch(r"[+-]?[0-9]{1,3}", one, re.ASCII) and least <= int(one) <= most for one in entries):
        raise InvalidRuleError(f"{name} must be numbers from {least} to {most} with commas between.")
    if 0 in (numbers := frozenset(int(one) for one in entries)):
        raise InvalidRuleError(f"{name} must not be 0.")
    return numbers


def _check(rule: Recurrence) -> None:
    """What parts may stand together (RFC 5545, the table in section 3.3.10)."""
    yearly, by_day = rule.frequency is Frequency.YEARLY, bool(rule.weekdays)
    counted = any(one.nth for one in rule.weekdays)
    narrowed = any((by_day, rule.months, rule.month_days, rule.year_days, rule.weeks))
    for wrong, problem in (
        ((rule.count is None) == (rule.until is None), "Say when it ends: COUNT or UNTIL, and not both."),
        (bool(rule.year_days) and not yearly, "BYYEARDAY goes with FREQ=YEARLY alone."),
        (bool(rule.weeks) and not yearly, "BYWEEKNO goes with FREQ=YEARLY alone."),
        (bool(rule.weeks) and not by_day, "BYWEEKNO needs BYDAY: on which days of those weeks?"),
        (bool(rule.month_days) and rule.frequency is Frequency.WEEKLY, "BYMONTHDAY does not go with FREQ=WEEKLY."),
        (
            counted and (rule.frequency in {Frequency.DAILY, Frequency.WEEKLY} or bool(rule.weeks)),
            "A number before a weekday goes with FREQ=MONTHLY or FREQ=YEARLY, without BYWEEKNO.",
        ),
        (bool(rule.positions) and not narrowed, "BYSETPOS needs another list, of which it takes some."),
    ):
        if wrong:
            raise InvalidRuleError(problem)


def _later(day: date, years: int) -> date:
    """The same day so many years later; 28 February for the 29th."""
    year = min(day.year + years, date.max.year)
    return day.replace(year=year, day=min(day.day, monthrange(year, day.month)[1]))


def _utc_day(until: date) -> date:
    return until.date() if isinstance(until, datetime) else until


def _is_past(until: date | None, day: date, starts_at: datetime) -> bool:
    if isinstance(until, datetime):
        return starts_at > until
    return until is not None and day > until


def _days(rule: Recurrence, first: date) -> Iterator[date]:
    """The days of the rule from `first` on, ascending, to the horizon."""
    last = _later(first, HORIZON_YEARS)
    tests = _tests(rule, first)
    for period in _periods(rule, first, last):
        matching = [day for day in period if all(test(day) for test in tests)]
        for day in _at(rule.positions, matching):
            if first <= day <= last:
                yield day


def _periods(rule: Recurrence, first: date, last: date) -> Iterator[Sequence[date]]:
    """The days of each period that the rule looks at: every `interval`-th from that of the first day."""
    match rule.frequency:
        case Frequency.DAILY | Frequency.WEEKLY:
            length = 1 if rule.frequency is Frequency.DAILY else 7
            begins = first - _DAY * ((first.weekday() - rule.week_start) % 7 if length > 1 else 0)
            for number in range(0, (last - begins).days + 1, rule.interval * length):
                yield [begins + _DAY * (number + step) for step in range(length)]
        case Frequency.MONTHLY:
            months = range(first.year * 12 + first.month - 1, last.year * 12 + last.month, rule.interval)
            for month in months:
                begins = date(month // 12, month % 12 + 1, 1)
                yield [begins + _DAY * step for step in range(monthrange(begins.year, begins.month)[1])]
        case Frequency.YEARLY:
            for year in range(first.year, last.year + 1, rule.interval):
                begins = date(year, 1, 1)
                yield [begins + _DAY * step for step in range(_length_of_year(year))]


def _tests(rule: Recurrence, first: date) -> list[Callable[[date], bool]]:
    """What a day of the rule satisfies. What the rule leaves open is as on the first day."""
    weekdays, months, month_days = rule.weekdays, rule.months, rule.month_days
    if not (weekdays or month_days or rule.year_days):
        match rule.frequency:
            case Frequency.WEEKLY:
                weekdays = frozenset({NthWeekday(first.weekday())})
            case Frequency.YEARLY:
                months = months or frozenset({first.month})
                month_days = frozenset({first.day})
            case Frequency.MONTHLY:
                month_days = frozenset({first.day})
    of_year = rule.frequency is Frequency.YEARLY and not rule.months
    tests: list[Callable[[date], bool]] = []
    if months:
        tests.append(lambda day: day.month in months)
    if month_days:
        tests.append(lambda day: not month_days.isdisjoint(_in_month(day)))
    if rule.year_days:
        tests.append(lambda day: not rule.year_days.isdisjoint(_in_year(day)))
    if rule.weeks:
        tests.append(lambda day: not rule.weeks.isdisjoint(_week(day, rule.week_start)))
    if weekdays:
        tests.append(lambda day: not weekdays.isdisjoint(_as_weekday(day, of_year=of_year)))
    return tests


def _at(positions: frozenset[int], days: Sequence[date]) -> Sequence[date]:
    if not positions:
        return days
    return [day for number, day in enumerate(days) if {number + 1, number - len(days)} & positions]


def _in_month(day: date) -> tuple[int, int]:
    """Which day it is from the month's start, and from its end."""
    return day.day, day.day - monthrange(day.year, day.month)[1] - 1


def _in_year(day: date) -> tuple[int, int]:
    number = day.timetuple().tm_yday
    return number, number - _length_of_year(day.year) - 1


def _length_of_year(year: int) -> int:
    return 366 if monthrange(year, 2)[1] == 29 else 365  # noqa: PLR2004 - days


def _week(day: date, week_start: int) -> tuple[int, int]:
    """Which week of its year the day is in, from both ends. The first is that with four days of the year at least."""
    year, number = _numbered(day, week_start)
    # The 28th of December is always in the last week.
    return number, number - _numbered(date(year, 12, 28), week_start)[1] - 1


def _numbered(day: date, week_start: int) -> tuple[int, int]:
    middle = day + _DAY * (3 - (day.weekday() - week_start) % 7)
    return middle.year, (_in_year(middle)[0] - 1) // 7 + 1


def _as_weekday(day: date, *, of_year: bool) -> tuple[NthWeekday, NthWeekday, NthWeekday]:
    from_start, from_end = _in_year(day) if of_year else _in_month(day)
    weekday = day.weekday()
    return (
        NthWeekday(weekday),
        NthWeekday(weekday, (from_start - 1) // 7 + 1),
        NthWeekday(weekday, -((-from_end - 1) // 7 + 1)),
    )
