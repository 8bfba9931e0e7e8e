"""Words of the office hours' tests."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from scheduling.rules import availability
from scheduling.rules.availability import Calendar, HoursOffer, Refused, Terms, frame_of, free_starts
from scheduling.rules.intervals import Period
from scheduling.rules.schedule import Hours, Schedule, Weekly
from tests.scheduling.availability.sets import taken_by

UTC_ZONE = ZoneInfo("UTC")
MONDAY = date(2030, 1, 7)
TUESDAY = date(2030, 1, 8)
NOW = datetime(2030, 1, 1, tzinfo=UTC)


def offer(
    starts: str = "09:00",
    ends: str = "11:00",
    *,
    weekdays: Iterable[int] = (1,),
    on: date | None = None,
    zone: ZoneInfo = UTC_ZONE,
    slot_minutes: int = 30,
    valid_from: date | None = None,
    valid_until: date | None = None,
    exceptions: Mapping[date, Hours | None] | None = None,
    **terms: Any,
) -> HoursOffer:
    """Every Monday from 09:00 to 11:00 UTC in slots of 30 minutes, unless said otherwise."""
    hours = between(starts, ends)
    dated = {day: [other] if other else [] for day, other in (exceptions or {}).items()}
    return HoursOffer(
        schedule=Schedule(
            zone=zone,
            weekly=[] if on else [Weekly(weekday, hours, valid_from, valid_until) for weekday in weekdays],
            exceptions={on: [hours], **dated} if on else dated,
        ),
        length=slot_minutes,
        step=slot_minutes,
        terms=Terms(**terms),
    )


def slots(rule: HoursOffer, within: Period) -> list[datetime]:
    """The starts of its slots, free or not."""
    frame = frame_of([rule], within)
    return frame.instants(rule.starts(frame) & frame.starting_in(within))


def refusal(rule: HoursOffer, start: datetime, *, now: datetime, closed: Sequence[tuple[date, date]]) -> Refused | None:
    """Why a start can't be booked, were all time free."""
    frame = frame_of([rule], Period.lasting(start, minutes=1))
    return availability.refusal(rule, Calendar(closed=closed), frame, start=start, now=now)


def free_slots(
    rule: HoursOffer,
    within: Period,
    *,
    now: datetime,
    closed: Sequence[tuple[date, date]],
    busy: Iterable[Period],
) -> list[datetime]:
    """The starts in a period that can be booked."""
    frame = frame_of([rule], within)
    calendar = Calendar(closed=closed, taken=taken_by(busy, frame))
    return frame.instants(free_starts(rule, calendar, frame, within=within, now=now))


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
