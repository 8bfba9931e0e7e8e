"""Periods against the plainest model there is: a period is the set of its minutes."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduling.rules.intervals import Period, intersect, merge, subtract
from tests.scheduling.properties import bounded

_ZERO = datetime(2030, 1, 7, tzinfo=UTC)


def _minute(number: int) -> datetime:
    return _ZERO + timedelta(minutes=number)


def _minutes(*periods: Period) -> set[int]:
    return {
        minute
        for period in periods
        for minute in range(
            int((period.start - _ZERO) / timedelta(minutes=1)), int((period.end - _ZERO) / timedelta(minutes=1))
        )
    }


_periods = st.builds(
    lambda start, length: Period(_minute(start), _minute(start + length)), st.integers(0, 40), st.integers(1, 15)
)


@bounded
@given(st.lists(_periods, max_size=8))
def test_merging_keeps_the_time_in_as_few_ascending_periods_as_possible(periods: list[Period]) -> None:
    merged = merge(periods)

    assert _minutes(*merged) == _minutes(*periods)
    assert all(one.end < next_one.start for one, next_one in pairwise(merged))


@bounded
@given(_periods, st.lists(_periods, max_size=8))
def test_subtracting_leaves_the_time_that_is_not_taken(whole: Period, taken: list[Period]) -> None:
    left = subtract(whole, taken)

    assert _minutes(*left) == _minutes(whole) - _minutes(*taken)
    assert all(one.end < next_one.start for one, next_one in pairwise(left))


@bounded
@given(_periods, st.lists(_periods, max_size=8))
def test_intersecting_leaves_the_time_that_is_taken(whole: Period, taken: list[Period]) -> None:
    shared = intersect(whole, taken)

    assert _minutes(*shared) == _minutes(whole) & _minutes(*taken)
    assert all(one.end < next_one.start for one, next_one in pairwise(shared))


@bounded
@given(_periods, _periods)
def test_two_periods_overlap_when_they_share_a_minute(one: Period, other: Period) -> None:
    assert one.overlaps(other) == bool(_minutes(one) & _minutes(other))
    assert one.overlaps(other) == other.overlaps(one)


def test_a_period_holds_its_start_and_not_its_end() -> None:
    period = Period.lasting(_minute(0), minutes=30)

    assert period.contains(_minute(0))
    assert period.contains(_minute(29))
    assert not period.contains(_minute(30))


@pytest.mark.parametrize("length", [0, -1])
def test_a_period_that_does_not_start_before_its_end_is_refused(length: int) -> None:
    with pytest.raises(ValueError, match="before it ends"):
        Period(_minute(0), _minute(length))


def test_a_period_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="aware"):
        Period(_minute(0).replace(tzinfo=None), _minute(1).replace(tzinfo=None))
