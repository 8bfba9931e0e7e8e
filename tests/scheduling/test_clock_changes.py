"""A window from 01:00 to 04:00 in the nights when the clocks change: every slot, as an instant."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from scheduling.rules import wall_time

# Zone, night, slot length, and the starts in UTC.
NIGHTS = [
    # Forward at 02:00 to 03:00: two hours are left of three.
    ("Europe/Berlin", "2026-03-29", 30, "29 00:00, 29 00:30, 29 01:00, 29 01:30"),
    ("Europe/Berlin", "2026-03-29", 60, "29 00:00, 29 01:00"),
    # Back at 03:00 to 02:00: four hours, the slots from 02:00 to 03:00 twice.
    (
        "Europe/Berlin",
        "2026-10-25",
        30,
        "24 23:00, 24 23:30, 25 00:00, 25 00:30, 25 01:00, 25 01:30, 25 02:00, 25 02:30",
    ),
    ("Europe/Berlin", "2026-10-25", 60, "24 23:00, 25 00:00, 25 01:00, 25 02:00"),
    # Forward at 02:00 to 03:00.
    ("America/New_York", "2026-03-08", 30, "08 06:00, 08 06:30, 08 07:00, 08 07:30"),
    ("America/New_York", "2026-03-08", 60, "08 06:00, 08 07:00"),
    # Back at 02:00 to 01:00: the slots from 01:00 to 02:00 twice.
    (
        "America/New_York",
        "2026-11-01",
        30,
        "01 05:00, 01 05:30, 01 06:00, 01 06:30, 01 07:00, 01 07:30, 01 08:00, 01 08:30",
    ),
    ("America/New_York", "2026-11-01", 60, "01 05:00, 01 06:00, 01 07:00, 01 08:00"),
    # Forward by half an hour at 02:00 to 02:30. Slots of an hour go on at 03:00, on the hour.
    ("Australia/Lord_Howe", "2026-10-04", 30, "03 14:30, 03 15:00, 03 15:30, 03 16:00, 03 16:30"),
    ("Australia/Lord_Howe", "2026-10-04", 60, "03 14:30, 03 16:00"),
    # Back by half an hour at 02:00 to 01:30: the slot at 01:30 twice; slots of an hour go on at 02:00.
    (
        "Australia/Lord_Howe",
        "2026-04-05",
        30,
        "04 14:00, 04 14:30, 04 15:00, 04 15:30, 04 16:00, 04 16:30, 04 17:00",
    ),
    ("Australia/Lord_Howe", "2026-04-05", 60, "04 14:00, 04 15:30, 04 16:30"),
]


@pytest.mark.parametrize(("zone", "night", "minutes", "expected"), NIGHTS)
def test_every_slot_of_the_night_has_its_instant(zone: str, night: str, minutes: int, expected: str) -> None:
    day, where = date.fromisoformat(night), ZoneInfo(zone)
    opens, closes = wall_time.window(day, time(1), time(4), where)

    found = wall_time.grid(opens, closes, step_minutes=minutes, where=where)

    assert [f"{start.astimezone(UTC):%d %H:%M}" for start in found] == expected.split(", ")


@pytest.mark.parametrize(
    ("zone", "night", "hours"),
    [
        ("Europe/Berlin", "2026-03-29", 2),
        ("Europe/Berlin", "2026-10-25", 4),
        ("America/New_York", "2026-03-08", 2),
        ("America/New_York", "2026-11-01", 4),
        ("Australia/Lord_Howe", "2026-10-04", 2.5),
        ("Australia/Lord_Howe", "2026-04-05", 3.5),
    ],
)
def test_the_window_of_the_night_has_its_real_length(zone: str, night: str, hours: float) -> None:
    opens, closes = wall_time.window(date.fromisoformat(night), time(1), time(4), ZoneInfo(zone))

    assert closes - opens == timedelta(hours=hours)


def test_an_hour_after_the_change_the_slots_are_at_the_same_minutes_as_before() -> None:
    where = ZoneInfo("Australia/Lord_Howe")
    opens, closes = wall_time.window(date(2026, 10, 4), time(1), time(4), where)

    found = wall_time.grid(opens, closes, step_minutes=60, where=where)

    assert [start.astimezone(where).replace(tzinfo=None) for start in found] == [
        datetime(2026, 10, 4, 1),  # noqa: DTZ001
        datetime(2026, 10, 4, 3),  # noqa: DTZ001
    ]
