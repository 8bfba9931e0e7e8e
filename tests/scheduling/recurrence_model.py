"""Recurrence rules once more, slowly: each day by itself is asked whether it is one of the rule's."""

import calendar
from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

DAY = timedelta(days=1)
NAMES = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]
Parts = Mapping[str, Any]


def text(parts: Parts) -> str:
    def one(value: Any) -> str:
        return ",".join(map(str, value)) if isinstance(value, list) else str(value)

    return ";".join(f"{name}={one(value)}" for name, value in parts.items())


def days(parts: Parts, *, first: date, last: date) -> list[date]:
    """The rule's days in [first, last], with no regard to COUNT and UNTIL."""
    more = 366 if "BYSETPOS" in parts else 0
    looked_at = [first + DAY * number for number in range(-more, (last - first).days + 1 + more)]
    fitting = defaultdict(list)
    for day in looked_at:
        if _fits(parts, day, first):
            fitting[_number_of_period(parts, day)].append(day)
    begin = _number_of_period(parts, first)
    return [
        day
        for number, period in fitting.items()
        if (number - begin) % parts.get("INTERVAL", 1) == 0
        for day in period
        if first <= day <= last and ("BYSETPOS" not in parts or day in [_nth(period, at) for at in parts["BYSETPOS"]])
    ]


def _number_of_period(parts: Parts, day: date) -> int:
    match parts["FREQ"]:
        case "DAILY":
            return day.toordinal()
        case "WEEKLY":
            # Day 1 of the calendar was a Monday.
            return (day.toordinal() - 1 - NAMES.index(parts.get("WKST", "MO"))) // 7
        case "MONTHLY":
            return day.year * 12 + day.month
    return day.year


def _fits(parts: Parts, day: date, first: date) -> bool:
    wanted = dict(parts)
    if not {"BYDAY", "BYMONTHDAY", "BYYEARDAY"} & set(parts):
        match parts["FREQ"]:
            case "WEEKLY":
                wanted["BYDAY"] = [NAMES[first.weekday()]]
            case "MONTHLY":
                wanted["BYMONTHDAY"] = [first.day]
            case "YEARLY":
                wanted["BYMONTHDAY"] = [first.day]
                wanted.setdefault("BYMONTH", [first.month])
    month, year = _month(day.year, day.month), _year(day.year)
    begin = NAMES.index(parts.get("WKST", "MO"))
    tests: dict[str, Callable[[Any], bool]] = {
        "BYMONTH": lambda one: day.month == one,
        "BYMONTHDAY": lambda one: _nth(month, one) == day,
        "BYYEARDAY": lambda one: _nth(year, one) == day,
        "BYWEEKNO": lambda one: any(day in _week(day.year + more, one, begin) for more in (-1, 0, 1)),
        "BYDAY": lambda one: _is_weekday(
            day, one, year if parts["FREQ"] == "YEARLY" and "BYMONTH" not in parts else month
        ),
    }
    return all(any(test(one) for one in wanted[name]) for name, test in tests.items() if name in wanted)


@lru_cache
def _month(year: int, month: int) -> list[date]:
    return [date(year, month, 1 + at) for at in range(calendar.monthrange(year, month)[1])]


@lru_cache
def _year(year: int) -> list[date]:
    return [date(year, 1, 1) + DAY * at for at in range(365 + calendar.isleap(year))]


def _nth(of: list[Any], number: int) -> Any:
    at = number - 1 if number > 0 else len(of) + number
    return of[at] if 0 <= at < len(of) else None


def _is_weekday(day: date, wanted: str, within: list[date]) -> bool:
    name, nth = wanted[-2:], wanted[:-2]
    if NAMES[day.weekday()] != name:
        return False
    return not nth or _nth([one for one in within if one.weekday() == day.weekday()], int(nth)) == day


@lru_cache(maxsize=10_000)
def _week(year: int, number: int, begin: int) -> list[date]:
    """The days of that week of a year."""
    weeks = []
    at = date(year - 1, 12, 25)
    while at.weekday() != begin:
        at += DAY
    while at < date(year + 1, 1, 7):
        week = [at + DAY * step for step in range(7)]
        if sum(day.year == year for day in week) >= 4:
            weeks.append(week)
        at += DAY * 7
    return _nth(weeks, number) or []
