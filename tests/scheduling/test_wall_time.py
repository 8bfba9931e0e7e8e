"""Wall time and instants in every zone."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduling.rules import wall_time
from tests.scheduling.properties import bounded

BERLIN = ZoneInfo("Europe/Berlin")
_FIVE_MINUTES = timedelta(minutes=5)

_zones = st.sampled_from(sorted(wall_time.zone_names())).map(ZoneInfo)
_days = st.dates(date(2020, 1, 1), date(2037, 12, 31))
_quarters = st.builds(time, st.integers(0, 23), st.sampled_from([0, 15, 30, 45]))
_steps = st.integers(1, 96).map(lambda number: number * 5)


def test_a_wall_time_that_is_skipped_moves_forward_by_the_gap() -> None:
    assert wall_time.resolve(datetime(2026, 3, 29, 2, 30), BERLIN) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)  # noqa: DTZ001


def test_a_wall_time_that_occurs_twice_means_the_first() -> None:
    assert wall_time.resolve(datetime(2026, 10, 25, 2, 30), BERLIN) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)  # noqa: DTZ001


def test_a_fold_that_came_along_changes_nothing() -> None:
    wall = datetime(2026, 10, 25, 2, 30)  # noqa: DTZ001

    assert wall_time.resolve(wall.replace(fold=1), BERLIN) == wall_time.resolve(wall, BERLIN)


@bounded
@given(_zones, _days, _quarters)
def test_a_wall_time_resolves_to_the_first_instant_at_which_the_clock_shows_it(
    where: ZoneInfo, day: date, clock: time
) -> None:
    wall = datetime.combine(day, clock)

    found = wall_time.resolve(wall, where)

    # All instants around it that the clock of the zone shows as this time.
    nearby = [datetime.combine(day, clock, UTC) + number * _FIVE_MINUTES for number in range(-12 * 15, 12 * 15)]
    shown = [instant for instant in nearby if instant.astimezone(where).replace(tzinfo=None) == wall]
    if shown:
        assert found == shown[0]
    else:  # skipped: as far behind the gap as it is into it
        gap = found.astimezone(where).replace(tzinfo=None) - wall
        assert gap > timedelta(0)
        before = found - gap
        assert before.astimezone(where).utcoffset() != found.astimezone(where).utcoffset()


def test_a_window_that_ends_at_midnight_ends_on_the_next_day() -> None:
    assert wall_time.window(date(2030, 1, 7), time(18), time(0), BERLIN) == (
        datetime(2030, 1, 7, 17, tzinfo=UTC),
        datetime(2030, 1, 7, 23, tzinfo=UTC),
    )


def test_a_window_whose_end_is_before_its_start_ends_on_the_next_day() -> None:
    assert wall_time.window(date(2030, 1, 7), time(22), time(2), BERLIN) == (
        datetime(2030, 1, 7, 21, tzinfo=UTC),
        datetime(2030, 1, 8, 1, tzinfo=UTC),
    )


def test_a_window_that_is_skipped_whole_is_empty() -> None:
    opens, closes = wall_time.window(date(2026, 3, 29), time(2), time(3), BERLIN)

    assert opens == closes
    assert wall_time.grid(opens, closes, step_minutes=30, where=BERLIN) == []


@bounded
@given(_zones, _days, _quarters, _quarters, _steps)
def test_a_grid_holds_each_full_slot_on_the_wall_clock_and_no_other(
    where: ZoneInfo, day: date, starts: time, ends: time, step_minutes: int
) -> None:
    opens, closes = wall_time.window(day, starts, ends, where)

    found = wall_time.grid(opens, closes, step_minutes=step_minutes, where=where)

    assert found == _walked(opens, closes, timedelta(minutes=step_minutes), where)


def _walked(opens: datetime, closes: datetime, step: timedelta, where: ZoneInfo) -> list[datetime]:
    """The grid by walking the window in steps of five minutes."""
    anchor = opens.astimezone(where).replace(tzinfo=None)
    slots: list[datetime] = []
    at = opens
    while at + step <= closes:
        on_the_grid = (at.astimezone(where).replace(tzinfo=None) - anchor) % step == timedelta(0)
        if on_the_grid and (not slots or slots[-1] + step <= at):
            slots.append(at)
        at += _FIVE_MINUTES
    return slots


def test_instants_are_written_in_utc() -> None:
    assert wall_time.rfc3339(datetime(2030, 1, 7, 9, tzinfo=BERLIN)) == "2030-01-07T08:00:00Z"


@pytest.mark.parametrize("name", ["Mars/Olympus", "europe/berlin", "", "Factory", "localtime", "../etc/passwd"])
def test_what_is_no_zone_of_the_database_is_refused(name: str) -> None:
    with pytest.raises(wall_time.UnknownZoneError):
        wall_time.zone(name)


def test_a_zone_of_the_database_is_found() -> None:
    assert wall_time.zone("Australia/Lord_Howe").key == "Australia/Lord_Howe"
