"""The clock changes of all zones of the IANA database, 2024 to 2030."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from scheduling.rules.wall_time import zone_names

FIRST, LAST = datetime(2024, 1, 1, tzinfo=UTC), datetime(2030, 12, 31, tzinfo=UTC)
_DAY = timedelta(days=1)


@lru_cache(maxsize=1)
def transitions() -> list[tuple[str, datetime]]:
    """Zone and the day (UTC) in which its offset changes; zones that change alike are there once."""
    found: dict[tuple[tuple[datetime, object], ...], str] = {}
    for name in sorted(zone_names()):
        zone = ZoneInfo(name)
        changes = []
        day = FIRST
        offset = day.astimezone(zone).utcoffset()
        while day < LAST:
            later = (day + _DAY).astimezone(zone).utcoffset()
            if later != offset:
                changes.append((day, offset, later))
                offset = later
            day += _DAY
        if changes:
            found.setdefault(tuple(changes), name)  # type: ignore[arg-type]
    return [(name, change[0]) for changes, name in found.items() for change in changes]
