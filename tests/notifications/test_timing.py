"""When messages are due: on the readers' clocks, on nights when those change, and never when it is too late."""

from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from notifications.rules import Event, Why
from notifications.rules.quiet_hours import QuietHours
from notifications.rules.timing import Timing, timing

NIGHT = QuietHours(time(22), time(7))
BERLIN, NEW_YORK, LORD_HOWE = (ZoneInfo(name) for name in ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe"))


def _local(zone: ZoneInfo, *wall: int) -> datetime:
    return datetime(*wall, tzinfo=zone).astimezone(UTC)  # type: ignore[arg-type, misc]


def _timing(event: Event, *, start: datetime, where: ZoneInfo = BERLIN, **more: Any) -> Timing:
    values = {
        "offset_minutes": 60 if event.is_timed else None,
        "lateness_minutes": 120,
        "quiet": None,
        "now": datetime(2026, 1, 1, tzinfo=UTC),
        **more,
    }
    return timing(event=event, where=where, starts_at=start, ends_at=start + timedelta(minutes=30), **values)


def test_before_the_start_and_after_the_end() -> None:
    start = _local(BERLIN, 2026, 3, 2, 10)

    assert _timing(Event.BEFORE_START, start=start).due_at == start - timedelta(hours=1)
    assert _timing(Event.AFTER_END, start=start).due_at == start + timedelta(minutes=90)


def test_what_happens_is_told_at_once() -> None:
    now = datetime(2026, 3, 1, tzinfo=UTC)

    told = _timing(Event.BOOKED, start=_local(BERLIN, 2026, 3, 2, 10), now=now)

    assert (told.due_at, told.expires_at, told.why) == (now, now + timedelta(minutes=120), Why.NONE)


def test_minutes_are_real_ones_over_a_change_of_the_clocks() -> None:
    """A day before Sunday 10:00 CEST is Saturday 09:00 CET: 24 hours, not the same time on the clock."""
    start = _local(BERLIN, 2026, 3, 29, 10)

    due = _timing(Event.BEFORE_START, start=start, offset_minutes=24 * 60).due_at

    assert due == _local(BERLIN, 2026, 3, 28, 9)


def test_a_reminder_is_of_no_use_after_the_start() -> None:
    start = _local(BERLIN, 2026, 3, 2, 10)

    assert _timing(Event.BEFORE_START, start=start).expires_at == start
    assert _timing(Event.BEFORE_START, start=start, lateness_minutes=20).expires_at == start - timedelta(minutes=40)


def test_what_should_have_been_told_before_it_was_booked_is_not_told() -> None:
    start = _local(BERLIN, 2026, 3, 2, 10)

    told = _timing(Event.BEFORE_START, start=start, now=start - timedelta(minutes=59))

    assert told.why is Why.TIME_PASSED
    assert _timing(Event.BEFORE_START, start=start, now=start - timedelta(minutes=60)).why is Why.NONE


@pytest.mark.parametrize(
    ("zone", "due"),
    [
        (BERLIN, (2026, 3, 3, 7, 0)),  # 23:00: until seven
        (NEW_YORK, (2026, 3, 2, 17, 0)),  # 17:00: nobody sleeps
        (LORD_HOWE, (2026, 3, 3, 9, 0)),  # 09:00, UTC+11 in their summer
    ],
)
def test_quiet_hours_are_those_of_the_readers_clock(zone: ZoneInfo, due: tuple[int, ...]) -> None:
    told = _timing(
        Event.AFTER_END, start=_local(BERLIN, 2026, 3, 2, 21, 30), where=zone, quiet=NIGHT, lateness_minutes=600
    )

    assert told.due_at == _local(zone, *due)
    assert told.expires_at == told.due_at + timedelta(minutes=600)


def test_a_reminder_that_would_come_too_late_goes_out_before_the_night() -> None:
    start = _local(BERLIN, 2026, 3, 2, 6, 30)

    told = _timing(Event.BEFORE_START, start=start, quiet=NIGHT)

    assert told.due_at == _local(BERLIN, 2026, 3, 1, 21, 59)
    booked_at_night = _timing(Event.BEFORE_START, start=start, quiet=NIGHT, now=_local(BERLIN, 2026, 3, 1, 23))
    assert booked_at_night.why is Why.QUIET_HOURS


@pytest.mark.parametrize(
    ("zone", "instant", "begins", "ends"),
    [
        # Spring forward: the night is an hour shorter; in Lord Howe half an hour.
        (BERLIN, (2026, 3, 29, 1, 0), (2026, 3, 28, 21, 0), (2026, 3, 29, 5, 0)),
        (LORD_HOWE, (2026, 10, 3, 15, 0), (2026, 10, 3, 11, 30), (2026, 10, 3, 20, 0)),
        # Fall back: an hour longer, half an hour longer.
        (BERLIN, (2026, 10, 25, 1, 0), (2026, 10, 24, 20, 0), (2026, 10, 25, 6, 0)),
        (LORD_HOWE, (2026, 4, 4, 15, 0), (2026, 4, 4, 11, 0), (2026, 4, 4, 20, 30)),
    ],
)
def test_the_nights_when_the_clocks_change(
    zone: ZoneInfo, instant: tuple[int, ...], begins: tuple[int, ...], ends: tuple[int, ...]
) -> None:
    night = NIGHT.around(datetime(*instant, tzinfo=UTC), zone)  # type: ignore[arg-type, misc]

    assert night is not None
    assert (night.start, night.end) == (datetime(*begins, tzinfo=UTC), datetime(*ends, tzinfo=UTC))  # type: ignore[arg-type, misc]


def test_quiet_hours_are_half_open() -> None:
    for wall, is_quiet in (((2026, 3, 2, 21, 59), False), ((2026, 3, 2, 22, 0), True), ((2026, 3, 3, 6, 59), True),
                           ((2026, 3, 3, 7, 0), False)):  # fmt: skip
        assert (NIGHT.around(_local(BERLIN, *wall), BERLIN) is not None) is is_quiet


def test_a_window_within_a_day() -> None:
    noon = QuietHours(time(12), time(14))

    assert noon.around(_local(BERLIN, 2026, 3, 2, 13), BERLIN) is not None
    assert noon.around(_local(BERLIN, 2026, 3, 2, 14), BERLIN) is None
    assert noon.around(_local(BERLIN, 2026, 3, 3, 1), BERLIN) is None
