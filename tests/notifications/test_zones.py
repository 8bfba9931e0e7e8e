"""VTIMEZONE against the IANA database: every zone, read by a program of other people's."""

import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from dateutil.tz import tzical  # type: ignore[import-untyped]
from icalendar import Calendar

from notifications.calendars import zones
from notifications.calendars.zones import vtimezone
from scheduling.rules.wall_time import zone_names

YEAR = 2031
# With rules of their own, and in pairs that follow none.
PECULIAR = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Europe/Dublin", "Africa/Casablanca",
            "Africa/Cairo", "Asia/Gaza", "America/Nuuk", "Pacific/Easter", "America/Havana")  # fmt: skip


def _read(name: str) -> Any:
    calendar = Calendar()
    calendar.add_component(vtimezone(name, first=YEAR, last=YEAR))
    return tzical(io.StringIO(calendar.to_ical().decode().replace("\r\n ", "").replace("\r\n", "\n"))).get(name)


def _clocks(name: str) -> Any:
    return vtimezone(name, first=YEAR, last=YEAR).subcomponents


def _moments(name: str, *, step: int) -> Iterator[datetime]:
    """Every fifth day of the year, and every few minutes around what clocks do."""
    begin = datetime(YEAR, 1, 1, tzinfo=UTC)
    yield from (begin + timedelta(days=day) for day in range(0, 365, 5))
    for change in zones._changes(ZoneInfo(name), begin, begin + timedelta(days=365)):
        yield from (change.at + timedelta(minutes=minutes) for minutes in range(-180, 180, step))


def _misread(name: str, *, step: int = 5) -> list[datetime]:
    """The instants that another program takes for others, but for second times, which no wall time can name."""
    there, read = ZoneInfo(name), _read(name)
    local = [(instant, instant.astimezone(there)) for instant in _moments(name, step=step)]
    return [at for at, wall in local if not wall.fold and wall.replace(tzinfo=read).astimezone(UTC) != at]


def test_every_zone_there_is_is_read_as_it_is() -> None:
    assert len(zone_names()) > 400
    assert {name: wrong for name in sorted(zone_names()) if (wrong := _misread(name, step=60))} == {}


@pytest.mark.parametrize("name", PECULIAR)
def test_peculiar_zones_are_read_to_the_minute(name: str) -> None:
    assert _misread(name) == []


@pytest.mark.parametrize("name", PECULIAR)
def test_each_change_is_where_the_standard_wants_it(name: str) -> None:
    """Onsets are wall times of the clock before (RFC 5545, 3.6.5): icalendar's own are an hour late in spring."""
    there = ZoneInfo(name)
    for observance in _clocks(name):
        onset = (observance["DTSTART"].dt - observance["TZOFFSETFROM"].td).replace(tzinfo=UTC)
        before, after = observance["TZOFFSETFROM"].td, observance["TZOFFSETTO"].td
        assert onset.astimezone(there).utcoffset() == after
        if before != after:
            assert (onset - timedelta(seconds=1)).astimezone(there).utcoffset() == before


@pytest.mark.parametrize(
    ("name", "rules"),
    [
        ("Europe/Berlin", {"BYDAY=-1SU;BYMONTH=3", "BYDAY=-1SU;BYMONTH=10"}),
        ("America/New_York", {"BYDAY=2SU;BYMONTH=3", "BYDAY=1SU;BYMONTH=11"}),
        ("Australia/Lord_Howe", {"BYDAY=1SU;BYMONTH=4", "BYDAY=1SU;BYMONTH=10"}),
        ("Asia/Kolkata", set()),
        ("Africa/Casablanca", set()),  # goes by the moon
    ],
)
def test_what_comes_every_year_is_a_rule(name: str, rules: set[str]) -> None:
    found = _clocks(name)
    assert {o["RRULE"].to_ical().decode().removeprefix("FREQ=YEARLY;") for o in found if "RRULE" in o} == rules
    assert ("RDATE" in found[0]) == (name == "Africa/Casablanca")


def test_lord_howe_goes_by_half_hours() -> None:
    found = _clocks("Australia/Lord_Howe")
    assert {(o["TZOFFSETFROM"].td, o["TZOFFSETTO"].td) for o in found} == {
        (timedelta(hours=10.5), timedelta(hours=11)),
        (timedelta(hours=11), timedelta(hours=10.5)),
    }


def test_a_zone_without_changes_has_one_clock() -> None:
    (only,) = _clocks("Asia/Kolkata")
    assert only["TZOFFSETTO"].td == timedelta(hours=5.5)


def test_a_change_that_is_written_on_the_wrong_clock_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zones.Change, "wall", property(lambda self: (self.at + self.after.offset).replace(tzinfo=None)))
    vtimezone.cache_clear()
    try:
        with pytest.raises(AssertionError):
            test_each_change_is_where_the_standard_wants_it("Europe/Berlin")
        assert _misread("Europe/Berlin")
    finally:
        vtimezone.cache_clear()
