"""Why a start is no slot that can be booked."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from scheduling.rules.availability import Refused
from tests.bookings.offers import MONDAY, NOW, TUESDAY, at, between, offer, refusal

NINE = at(MONDAY, "09:00")


def test_a_slot_is_not_refused() -> None:
    assert refusal(offer(), NINE, now=NOW, closed=[]) is None


@pytest.mark.parametrize(
    "start",
    [at(MONDAY, "08:30"), at(MONDAY, "11:00"), at(TUESDAY, "09:00")],
    ids=["before the window", "at its end", "on another day"],
)
def test_a_start_outside_every_window_has_no_office_hour(start: datetime) -> None:
    assert refusal(offer(), start, now=NOW, closed=[]) is Refused.OUTSIDE_HOURS


@pytest.mark.parametrize("clock", ["09:15", "09:00:01", "10:59"])
def test_a_start_between_two_slots_is_off_the_grid(clock: str) -> None:
    assert refusal(offer(), at(MONDAY, clock), now=NOW, closed=[]) is Refused.OFF_GRID


def test_a_start_whose_slot_would_pass_the_end_is_off_the_grid() -> None:
    assert refusal(offer("09:00", "10:10"), at(MONDAY, "10:00"), now=NOW, closed=[]) is Refused.OFF_GRID


def test_an_exception_is_heeded() -> None:
    rule = offer(exceptions={MONDAY: between("14:00", "15:00")})

    assert refusal(rule, NINE, now=NOW, closed=[]) is Refused.OUTSIDE_HOURS
    assert refusal(rule, at(MONDAY, "14:00"), now=NOW, closed=[]) is None


def test_a_start_after_midnight_belongs_to_the_window_of_the_day_before() -> None:
    assert refusal(offer("23:00", "01:00"), at(TUESDAY, "00:30"), now=NOW, closed=[]) is None


@pytest.mark.parametrize("late", [timedelta(0), timedelta(seconds=1), timedelta(days=365)])
def test_a_slot_that_has_begun_is_past(late: timedelta) -> None:
    assert refusal(offer(), NINE, now=NINE + late, closed=[]) is Refused.PAST


def test_a_slot_within_the_notice_is_too_soon() -> None:
    rule = offer(notice=timedelta(hours=2))

    assert refusal(rule, NINE, now=NINE - timedelta(minutes=119), closed=[]) is Refused.TOO_SOON
    assert refusal(rule, NINE, now=NINE - timedelta(hours=2), closed=[]) is None


def test_a_slot_beyond_the_horizon_is_too_far() -> None:
    rule = offer(horizon=timedelta(days=2))

    assert refusal(rule, NINE, now=NINE - timedelta(days=2, seconds=1), closed=[]) is Refused.TOO_FAR
    assert refusal(rule, NINE, now=NINE - timedelta(days=2), closed=[]) is None


def test_a_slot_on_a_closed_day_is_closed() -> None:
    day = timedelta(days=1)

    assert refusal(offer(), NINE, now=NOW, closed=[(MONDAY - day, MONDAY)]) is Refused.CLOSED
    assert refusal(offer(), NINE, now=NOW, closed=[(MONDAY, MONDAY + day)]) is Refused.CLOSED
    assert refusal(offer(), NINE, now=NOW, closed=[(MONDAY - day, MONDAY - day), (TUESDAY, TUESDAY)]) is None


def test_a_closed_day_is_a_day_of_the_office_hours_zone() -> None:
    rule = offer("01:00", "02:00", zone=ZoneInfo("Asia/Tokyo"))
    start = at(MONDAY - timedelta(days=1), "16:00")  # 01:00 on Monday in Tokyo

    assert refusal(rule, start, now=NOW, closed=[(MONDAY, MONDAY)]) is Refused.CLOSED
    assert refusal(rule, start, now=NOW, closed=[(MONDAY - timedelta(days=1), MONDAY - timedelta(days=1))]) is None


def test_past_is_said_before_closed() -> None:
    assert refusal(offer(), NINE, now=NINE, closed=[(MONDAY, MONDAY)]) is Refused.PAST
