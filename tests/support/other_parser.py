"""What a program that isn't ours makes of a calendar: dateutil goes by VTIMEZONE and no zone's name."""

import io
from datetime import UTC, datetime
from typing import Any

from dateutil.parser import parse  # type: ignore[import-untyped]
from dateutil.tz import tzical  # type: ignore[import-untyped]


def instants(raw: bytes) -> set[tuple[str, datetime, datetime]]:
    """UID, start and end of every entry, in UTC."""
    lines = _lines(raw)
    zones = _zones(lines)
    found: set[tuple[str, datetime, datetime]] = set()
    entry: dict[str, Any] = {}
    for line in lines:
        name, _, value = line.partition(":")
        if name == "BEGIN":
            entry = {}
        elif name == "END" and value == "VEVENT":
            found.add((entry["UID"], entry["DTSTART"], entry["DTEND"]))
        elif name == "UID":
            entry["UID"] = value
        elif name.partition(";")[0] in {"DTSTART", "DTEND"}:
            entry[name.partition(";")[0]] = _instant(name, value, zones)
    return found


def _lines(raw: bytes) -> list[str]:
    return raw.decode().replace("\r\n ", "").split("\r\n")


def _instant(name: str, value: str, zones: Any) -> datetime:
    _, _, zone = name.partition(";TZID=")
    at: datetime = parse(value)
    if not zone:
        return at.astimezone(UTC) if at.tzinfo else at
    where: Any = zones.get(zone)
    assert where is not None, f"{zone} is used and not spelled out"
    return at.replace(tzinfo=where).astimezone(UTC)


def _zones(lines: list[str]) -> Any:
    inside: list[str] = []
    keep = False
    for line in lines:
        keep = keep or line == "BEGIN:VTIMEZONE"
        if keep:
            inside.append(line)
        if line == "END:VTIMEZONE":
            keep = False
    return tzical(io.StringIO("\n".join(inside))) if inside else None
