"""Which slots are cut from working hours, and why some are left out: pure."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduling.rules.availability import Calendar
from scheduling.rules.intervals import Period
from scheduling.rules.minutes import minute_of, span
from scheduling.rules.schedule import Hours, Schedule, Weekly
from scheduling.rules.wall_time import resolve
from tests.scheduling.properties import bounded
from visits.rules.openings import EVERY_DAY, LeftOut, PlannedSlot, SlotsWanted, plan

BERLIN = ZoneInfo("Europe/Berlin")
MONDAY = date(2030, 1, 7)
LONG_AGO = datetime(2029, 12, 1, tzinfo=UTC)


def _weekly(starts: str, ends: str) -> list[Weekly]:
    hours = Hours(time.fromisoformat(starts), time.fromisoformat(ends))
    return [Weekly(weekday, hours) for weekday in sorted(EVERY_DAY)]


def _wanted(first: date = MONDAY, last: date | None = None, **more: Any) -> SlotsWanted:
    return SlotsWanted(first_day=first, last_day=last or first, **{"minutes": 60, **more})


def _plan(
    wanted: SlotsWanted,
    weekly: Sequence[Weekly],
    *,
    exceptions: Mapping[date, Sequence[Hours]] | None = None,
    closed: Sequence[tuple[date, date]] = (),
    busy: Sequence[Period] = (),
    opened: Sequence[Period] = (),
    now: datetime = LONG_AGO,
) -> list[PlannedSlot]:
    frame = wanted.frame(BERLIN)
    taken = 0
    for period in busy:
        taken |= span(frame.bit(minute_of(period.start)), frame.bit(minute_of(period.end)))
    return plan(
        wanted,
        schedule=Schedule(zone=BERLIN, weekly=weekly, exceptions=exceptions or {}),
        calendar=Calendar(closed=closed, taken=taken),
        frame=frame,
        opened=opened,
        now=now,
    )


def _said(planned: Sequence[PlannedSlot]) -> list[str]:
    """The start on the provider's clock, and why it is left out."""
    return [
        f"{one.period.start.astimezone(BERLIN):%a %H:%M}{f' {one.left_out}' if one.left_out else ''}" for one in planned
    ]


def _at(wall: str, *, day: date = MONDAY, minutes: int = 60) -> Period:
    return Period.lasting(resolve(datetime.combine(day, time.fromisoformat(wall)), BERLIN), minutes=minutes)


def test_slots_follow_each_other_from_the_start_of_the_hours_and_end_with_them() -> None:
    assert _said(_plan(_wanted(), _weekly("09:15", "12:00"))) == ["Mon 09:15", "Mon 10:15"]
    assert _said(_plan(_wanted(minutes=30, gap=15), _weekly("09:00", "11:00"))) == [
        "Mon 09:00", "Mon 09:45", "Mon 10:30",
    ]  # fmt: skip


def test_each_window_of_a_day_begins_anew() -> None:
    weekly = [*_weekly("09:00", "10:30"), *_weekly("13:10", "15:10")]
    assert _said(_plan(_wanted(), weekly)) == ["Mon 09:00", "Mon 13:10", "Mon 14:10"]


def test_days_are_both_included_and_weekdays_choose_among_them() -> None:
    wanted = _wanted(MONDAY, MONDAY + timedelta(days=7), weekdays=frozenset({1, 3}))
    planned = _plan(wanted, _weekly("09:00", "10:00"))
    assert [one.period.start.day for one in planned] == [7, 9, 14]


@pytest.mark.parametrize(
    ("starts", "ends", "said"),
    [
        ("10:30", None, ["10:30", "11:30", "12:30"]),
        (None, "11:00", ["09:00", "10:00"]),
        ("09:30", "11:45", ["09:30", "10:30"]),
        ("12:00", "10:00", ["09:00", "12:00", "13:00"]),
        ("15:00", "16:00", []),
    ],
)
def test_times_of_the_day_bound_the_hours(starts: str | None, ends: str | None, said: list[str]) -> None:
    wanted = _wanted(
        starts=time.fromisoformat(starts) if starts else None, ends=time.fromisoformat(ends) if ends else None
    )
    assert _said(_plan(wanted, _weekly("09:00", "14:00"))) == [f"Mon {wall}" for wall in said]


def test_hours_of_a_night_belong_to_the_day_on_which_they_begin() -> None:
    planned = _plan(_wanted(), _weekly("22:00", "02:00"))
    assert _said(planned) == ["Mon 22:00", "Mon 23:00", "Tue 00:00", "Tue 01:00"]
    wanted = _wanted(starts=time(23), ends=time(1))
    assert _said(_plan(wanted, _weekly("22:00", "02:00"))) == ["Mon 23:00", "Tue 00:00"]


def test_a_date_may_have_other_hours_or_a_day_off() -> None:
    tuesday = MONDAY + timedelta(days=1)
    exceptions = {MONDAY: [Hours(time(15), time(17))], tuesday: []}
    planned = _plan(_wanted(MONDAY, tuesday), _weekly("09:00", "11:00"), exceptions=exceptions)
    assert _said(planned) == ["Mon 15:00", "Mon 16:00", "Tue 09:00 day_off", "Tue 10:00 day_off"]


def test_why_a_slot_is_left_out() -> None:
    tuesday = MONDAY + timedelta(days=1)
    planned = _plan(
        _wanted(MONDAY, tuesday),
        _weekly("09:00", "14:00"),
        closed=[(tuesday, tuesday)],
        # Half of an hour is enough to be in the way; what ends as the slot begins is not.
        opened=[_at("10:30", minutes=30)],
        busy=[_at("11:00", minutes=60), _at("10:30", minutes=30)],
        now=_at("09:00").start,
    )
    assert _said(planned[:5]) == [
        "Mon 09:00 past", "Mon 10:00 slot_overlap", "Mon 11:00 busy", "Mon 12:00", "Mon 13:00",
    ]  # fmt: skip
    assert {one.left_out for one in planned[5:]} == {LeftOut.CLOSED}


def test_what_is_too_far_ahead_is_left_out() -> None:
    now = _at("09:30").start - timedelta(days=730)
    assert _said(_plan(_wanted(), _weekly("09:00", "11:00"), now=now)) == ["Mon 09:00", "Mon 10:00 too_far"]


def test_of_windows_that_overlap_the_slots_of_the_first_one_are_opened() -> None:
    weekly = [*_weekly("09:00", "11:00"), *_weekly("09:30", "12:30")]
    assert _said(_plan(_wanted(), weekly)) == [
        "Mon 09:00", "Mon 09:30 slot_overlap", "Mon 10:00", "Mon 10:30 slot_overlap", "Mon 11:30",
    ]  # fmt: skip


def test_what_is_left_out_keeps_no_other_out() -> None:
    weekly = [*_weekly("09:00", "10:00"), *_weekly("09:30", "10:30")]
    planned = _plan(_wanted(), weekly, busy=[_at("09:00", minutes=30)])
    assert _said(planned) == ["Mon 09:00 busy", "Mon 09:30"]


def test_where_the_clocks_go_forward_the_skipped_hour_has_no_slots() -> None:
    sunday = date(2030, 3, 31)
    planned = _plan(_wanted(sunday), _weekly("01:00", "05:00"))
    assert _said(planned) == ["Sun 01:00", "Sun 03:00", "Sun 04:00"]
    assert [one.period.start.hour for one in planned] == [0, 1, 2]


def test_where_the_clocks_go_back_the_hour_that_is_repeated_has_them_twice() -> None:
    sunday = date(2030, 10, 27)
    planned = _plan(_wanted(sunday), _weekly("01:00", "04:00"))
    assert _said(planned) == ["Sun 01:00", "Sun 02:00", "Sun 02:00", "Sun 03:00"]
    assert [one.period.start.astimezone(UTC).hour for one in planned] == [23, 0, 1, 2]


def test_the_hours_of_the_day_stay_where_they_are_on_the_clock_over_a_change() -> None:
    planned = _plan(_wanted(date(2030, 3, 30), date(2030, 4, 1)), _weekly("09:00", "10:00"))
    assert _said(planned) == ["Sat 09:00", "Sun 09:00", "Mon 09:00"]
    assert [one.period.start.astimezone(UTC).hour for one in planned] == [8, 7, 7]


@pytest.mark.parametrize(
    ("first", "last", "possible"),
    [(0, 0, True), (0, 91, True), (0, 92, False), (-1, 0, False), (1, 0, False), (730, 730, True), (730, 731, False)],
)
def test_days_are_to_come_and_not_too_many(first: int, last: int, possible: bool) -> None:  # noqa: FBT001
    wanted = _wanted(MONDAY + timedelta(days=first), MONDAY + timedelta(days=last))
    assert wanted.are_days_possible(today=MONDAY) is possible


_quarters = st.integers(0, 95).map(lambda quarter: time(quarter // 4, quarter % 4 * 15))
_windows = st.lists(st.builds(Hours, _quarters, _quarters), max_size=3)
_spans = st.lists(
    st.builds(
        lambda day, wall, minutes: Period.lasting(resolve(datetime.combine(day, wall), BERLIN), minutes=minutes),
        st.dates(date(2030, 3, 29), date(2030, 4, 2)), _quarters, st.integers(5, 300),
    ),
    max_size=4,
)  # fmt: skip


@bounded
@given(windows=_windows, minutes=st.integers(5, 240), gap=st.integers(0, 60), busy=_spans, opened=_spans)
def test_what_is_opened_overlaps_nothing(
    windows: list[Hours], minutes: int, gap: int, busy: list[Period], opened: list[Period]
) -> None:
    """Over a change of the clocks, whatever the hours."""
    weekly = [Weekly(weekday, hours) for weekday in sorted(EVERY_DAY) for hours in windows]
    wanted = _wanted(date(2030, 3, 29), date(2030, 4, 2), minutes=minutes, gap=gap)
    planned = _plan(wanted, weekly, busy=busy, opened=opened)
    assert planned == sorted(planned, key=lambda one: one.period.start)
    new = [one.period for one in planned if one.left_out is None]
    assert all(before.end <= after.start for before, after in pairwise(new))
    assert not any(slot.overlaps(other) for slot in new for other in [*busy, *opened])
    assert {period.end - period.start for period in new} <= {timedelta(minutes=minutes)}
    # And nothing is left out without a cause.
    for one in planned:
        if one.left_out is not None:
            against = {LeftOut.OVERLAP: [*new, *opened], LeftOut.BUSY: busy}[one.left_out]
            assert any(one.period.overlaps(other) for other in against)
