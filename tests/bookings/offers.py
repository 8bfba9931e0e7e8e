"""Words of the office hours' tests."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bookings.rules.office_hours import Hours, OfficeHourRule
from scheduling.rules.intervals import Period

MONDAY = date(2030, 1, 7)
TUESDAY = date(2030, 1, 8)
NOW = datetime(2030, 1, 1, tzinfo=UTC)


def offer(starts: str = "09:00", ends: str = "11:00", **other: Any) -> OfficeHourRule:
    """Every Monday from 09:00 to 11:00 UTC in slots of 30 minutes, unless said otherwise."""
    standard: dict[str, Any] = {
        "zone": ZoneInfo("UTC"),
        "slot_minutes": 30,
        "notice": timedelta(0),
        "horizon": timedelta(days=36500),
        "weekdays": frozenset() if "on" in other else frozenset({1}),
    }
    return OfficeHourRule(hours=between(starts, ends), **{**standard, **other})


def between(starts: str, ends: str) -> Hours:
    return Hours(time.fromisoformat(starts), time.fromisoformat(ends))


def at(day: date, clock: str) -> datetime:
    """An instant, in UTC."""
    return datetime.combine(day, time.fromisoformat(clock), UTC)


def whole(first: date, days: int = 1) -> Period:
    """So many days, in UTC."""
    return Period(at(first, "00:00"), at(first, "00:00") + timedelta(days=days))


def written(starts: Any) -> list[str]:
    return [f"{start:%d %H:%M}" for start in starts]
