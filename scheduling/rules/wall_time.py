"""Between wall time in a zone and instants. Postgres never resolves a local time: it picks the later one."""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

# Names of files in the database that are no places.
_NOT_ZONES = {"Factory", "localtime", "posixrules"}


class UnknownZoneError(ValueError):
    """No zone of the IANA database has this name."""


@lru_cache(maxsize=1)
def zone_names() -> frozenset[str]:
    """The names of all zones of the IANA database."""
    return frozenset(available_timezones() - _NOT_ZONES)


def zone(name: str) -> ZoneInfo:
    """The zone of an IANA name. Raises UnknownZoneError."""
    if name not in zone_names():
        raise UnknownZoneError(name)
    return ZoneInfo(name)


def rfc3339(instant: datetime) -> str:
    """An instant as the platform writes it: in UTC, with Z."""
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")


def resolve(wall: datetime, where: ZoneInfo) -> datetime:
    """The instant, in UTC, at which the clocks of a zone show `wall` (naive).

    A wall time that a clock change skips moves forward by the gap; one that occurs twice means the
    first time (RFC 5545, section 3.3.5). Both is what `fold=0` says (PEP 495).
    """
    return wall.replace(tzinfo=where, fold=0).astimezone(UTC)


def window(day: date, starts: time, ends: time, where: ZoneInfo) -> tuple[datetime, datetime]:
    """The instants at which a local window of a day begins and ends.

    An end that is not after the start belongs to the next day (22:00 to 02:00, 18:00 to 00:00).
    The window may be empty when a clock change skips all of it.
    """
    last_day = day if ends > starts else day + timedelta(days=1)
    return resolve(datetime.combine(day, starts), where), resolve(datetime.combine(last_day, ends), where)


def grid(
    start: datetime, end: datetime, *, step_minutes: int, where: ZoneInfo, length_minutes: int | None = None
) -> list[datetime]:
    """The starts in [start, end), each `step_minutes` of the wall clock, of what lasts `length_minutes` of real time
    (default: a step) and ends by `end`.

    The grid is anchored to the wall clock of `start`: after a clock change it goes on at the same minutes of the hour
    as before. When the clocks go back the repeated hour has starts both times; when they go forward the skipped hour
    has none. What lasts no longer than a step never overlaps the next.
    """
    step = timedelta(minutes=step_minutes)
    length = step if length_minutes is None else timedelta(minutes=length_minutes)
    if start.astimezone(where).utcoffset() == end.astimezone(where).utcoffset():
        # No change within: the wall clock and real time go alike, as on all days but two a year.
        return [start + step * number for number in range((end - start - length) // step + 1)]
    anchor = start.astimezone(where).replace(tzinfo=None)
    starts = []
    at = start
    while at + length <= end:
        off_grid = (at.astimezone(where).replace(tzinfo=None) - anchor) % step
        if off_grid:
            at += step - off_grid
            continue
        starts.append(at)
        at += step
    return starts
