"""VTIMEZONE: what the clocks of a zone do, for programs that don't know its name (RFC 5545, section 3.6.5).

Not icalendar's: its onsets in spring are written on the new clock instead of the old one (ADR 19).
"""

import calendar
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard
from icalendar.prop import vRecur

# So many years after the last entry are looked at: enough to tell a fourth Sunday from a last one.
_YEARS_AHEAD = 7
_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_DAY, _SECOND = timedelta(days=1), timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Clock:
    """How the clocks of a zone go for a while."""

    offset: timedelta
    name: str
    is_daylight: bool


@dataclass(frozen=True, slots=True)
class Change:
    """The clocks go another way from here on. `wall` is the onset as the old clock shows it, as the RFC wants it."""

    at: datetime
    before: Clock
    after: Clock

    @property
    def wall(self) -> datetime:
        return (self.at + self.before.offset).replace(tzinfo=None)


def is_utc(zone: ZoneInfo) -> bool:
    """Whether times of this zone are written as UTC, which needs no VTIMEZONE."""
    return zone.key in {"UTC", "Etc/UTC", "Etc/UCT", "Etc/Zulu", "Etc/Universal", "UCT", "Zulu", "Universal"}


@lru_cache(maxsize=500)
def vtimezone(name: str, *, first: int, last: int) -> Timezone:
    """The zone as it is for whatever begins and ends in the years `first` to `last` (UTC), and what comes after as far
    as it follows a rule. Shared: nobody may change it."""
    zone = ZoneInfo(name)
    # With the changes of the year before, both clocks of a summer-time zone are known by the first of January.
    since, until = datetime(first - 1, 1, 1, tzinfo=UTC), datetime(last + _YEARS_AHEAD, 1, 1, tzinfo=UTC)
    changes = list(_changes(zone, since, until))
    component = Timezone()
    component.add("tzid", name)
    if not changes or changes[0].at > datetime(first - 1, 12, 30, tzinfo=UTC):
        clock = _clock(zone, since)
        component.add_component(_observance(Change(since, clock, clock), []))
    groups: dict[tuple[Clock, Clock], list[Change]] = {}
    for change in changes:
        groups.setdefault((change.before, change.after), []).append(change)
    for first_of_group, *others in groups.values():
        component.add_component(_observance(first_of_group, others))
    return component


def _observance(first: Change, others: list[Change]) -> TimezoneStandard | TimezoneDaylight:
    component = TimezoneDaylight() if first.after.is_daylight else TimezoneStandard()
    component.add("dtstart", first.wall)
    component.add("tzoffsetfrom", first.before.offset)
    component.add("tzoffsetto", first.after.offset)
    component.add("tzname", first.after.name)
    rule = _yearly([change.wall for change in (first, *others)])
    if rule is not None:
        component.add("rrule", rule)
    elif others:
        component.add("rdate", [change.wall for change in others])
    return component


def _yearly(onsets: list[datetime]) -> vRecur | None:
    """The rule by which a change comes year after year, such as the last Sunday of March; None where there is none.

    Outlook reads rules and no lists of dates.
    """
    years = [onset.year for onset in onsets]
    alike = {(onset.month, onset.weekday(), onset.time()) for onset in onsets}
    if len(onsets) < _YEARS_AHEAD - 1 or years != list(range(years[0], years[0] + len(years))) or len(alike) > 1:
        return None
    weeks = {(onset.day - 1) // 7 + 1 for onset in onsets}
    is_last = all(onset.day + 7 > calendar.monthrange(onset.year, onset.month)[1] for onset in onsets)
    if not is_last and len(weeks) > 1:
        return None
    week = -1 if is_last else weeks.pop()
    return vRecur(freq="yearly", bymonth=onsets[0].month, byday=f"{week}{_WEEKDAYS[onsets[0].weekday()]}")


def _changes(zone: ZoneInfo, since: datetime, until: datetime) -> Iterator[Change]:
    """Every change of the clocks in a time, to the second."""
    at, before = since, _clock(zone, since)
    while at < until:
        at += _DAY
        after = _clock(zone, at)
        if after != before:
            yield Change(_onset(zone, at - _DAY, at), before, after)
            before = after


def _onset(zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    """When, between two instants, the clocks begin to go as they do at the second."""
    clock = _clock(zone, after)
    while after - before > _SECOND:
        middle = before + timedelta(seconds=(after - before) // _SECOND // 2)
        before, after = (before, middle) if _clock(zone, middle) == clock else (middle, after)
    return after


def _clock(zone: ZoneInfo, at: datetime) -> Clock:
    local = at.astimezone(zone)
    offset = local.utcoffset() or timedelta()
    return Clock(offset, local.tzname() or str(offset), (local.dst() or timedelta()) > timedelta())
