"""Writing calendars: the same entry in a mail as in a feed."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, vDuration

from notifications.calendars.zones import is_utc, vtimezone

CONTENT_TYPE: Final = "text/calendar; charset=utf-8"
# How often a program should look: what it makes of that is its own affair.
_FETCHED_EVERY: Final = timedelta(hours=1)
_ANY_YEAR: Final = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What one entry of a calendar says. `uid` is a UUID and nothing more (RFC 7986, section 5.3): it stays whatever
    happens to the tenant's host names. `sequence` rises with each change of the booking's schedule."""

    uid: str
    sequence: int
    changed_at: datetime
    starts_at: datetime
    ends_at: datetime
    summary: str
    description: str = ""
    location: str = ""
    is_cancelled: bool = False
    # It waits for somebody's approval.
    is_tentative: bool = False

    @property
    def status(self) -> str:
        """RFC 5545, section 3.8.1.11."""
        if self.is_cancelled:
            return "CANCELLED"
        return "TENTATIVE" if self.is_tentative else "CONFIRMED"


def event(entry: Entry, *, zone: ZoneInfo) -> Event:
    """The VEVENT, with its times on the clocks of a zone."""
    component = Event()
    component.add("uid", entry.uid)
    component.add("sequence", entry.sequence)
    # As long as nothing changes the file stays the same, byte for byte: a calendar that has it has nothing to do.
    component.add("dtstamp", _whole_seconds(entry.changed_at))
    component.add("last-modified", _whole_seconds(entry.changed_at))
    starts_at, ends_at = _on_the_clock(entry.starts_at, entry.ends_at, zone)
    component.add("dtstart", starts_at)
    component.add("dtend", ends_at)
    component.add("summary", _text(entry.summary))
    if entry.location:
        component.add("location", _text(entry.location))
    if entry.description:
        component.add("description", _text(entry.description))
    component.add("status", entry.status)
    component.add("transp", "TRANSPARENT" if entry.is_cancelled else "OPAQUE")
    return component


def calendar(events: Iterable[Event]) -> Calendar:
    """A VCALENDAR with the events, and with the zones in which they are written."""
    document = Calendar()
    document.add("prodid", "-//Slotkeeper//EN")
    document.add("version", "2.0")
    document.add("calscale", "GREGORIAN")
    written = list(events)
    years: dict[str, set[int]] = {}
    for component in written:
        for name in ("dtstart", "dtend"):
            time: Any = component[name]
            if zone := time.params.get("TZID"):
                years.setdefault(zone, set()).add(time.dt.astimezone(UTC).year)
    for zone, seen in sorted(years.items()):
        document.add_component(vtimezone(zone, first=min(seen), last=max(seen)))
    for component in written:
        document.add_component(component)
    return document


def _on_the_clock(starts_at: datetime, ends_at: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Both in the zone; in UTC where the zone's clocks show one of them for the second time that night: in a calendar
    a wall time that comes twice means the first (RFC 5545, section 3.3.5)."""
    local = starts_at.astimezone(zone), ends_at.astimezone(zone)
    if is_utc(zone) or any(time.fold for time in local):
        return starts_at.astimezone(UTC), ends_at.astimezone(UTC)
    return local


def _whole_seconds(instant: datetime) -> datetime:
    return instant.astimezone(UTC).replace(microsecond=0)


def _text(text: str) -> str:
    """The text without control characters, which have no place in a calendar (RFC 5545, section 3.1)."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(c for c in lines if c in "\n\t" or unicodedata.category(c) != "Cc")


def feed(entries: Iterable[Entry], *, title: str, zone: ZoneInfo) -> bytes:
    """A calendar that programs fetch again and again: a snapshot without a METHOD, in which what was called off is
    missing (RFC 5545, section 3.7.2)."""
    document = calendar(event(entry, zone=zone) for entry in entries)
    if not document.subcomponents:
        # An empty calendar isn't allowed one: the zone stands in.
        document.add_component(vtimezone(zone.key, first=_ANY_YEAR, last=_ANY_YEAR))
    document.add("name", _text(title))
    document.add("x-wr-calname", _text(title))
    document.add("x-wr-timezone", zone.key)
    document.add("refresh-interval", _FETCHED_EVERY, parameters={"VALUE": "DURATION"})
    document.add("x-published-ttl", vDuration(_FETCHED_EVERY))
    return bytes(document.to_ical())
