"""Which slots an office hour has."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from scheduling.rules.intervals import Period
from tests.bookings.offers import MONDAY, TUESDAY, at, between, offer, slots, whole, written

_WEEK = timedelta(days=7)


def test_a_weekly_office_hour_has_its_slots_on_its_weekdays() -> None:
    rule = offer("09:00", "10:00", weekdays=frozenset({1, 3}))

    assert written(slots(rule, whole(MONDAY, 8))) == [
        "07 09:00",
        "07 09:30",
        "09 09:00",
        "09 09:30",
        "14 09:00",
        "14 09:30",
    ]


def test_a_single_office_hour_has_slots_on_its_date_alone() -> None:
    rule = offer("09:00", "10:00", on=TUESDAY)

    assert written(slots(rule, whole(MONDAY, 15))) == ["08 09:00", "08 09:30"]


def test_a_rest_that_is_too_short_for_a_slot_is_left() -> None:
    assert written(slots(offer("09:00", "10:20"), whole(MONDAY))) == ["07 09:00", "07 09:30"]


def test_only_slots_that_start_inside_the_period_are_given() -> None:
    within = Period(at(MONDAY, "09:30"), at(MONDAY, "10:30"))

    assert written(slots(offer(), within)) == ["07 09:30", "07 10:00"]


def test_slots_begin_with_the_first_valid_day_and_end_with_the_last() -> None:
    rule = offer(
        "09:00", "09:30", weekdays=frozenset(range(1, 8)), valid_from=date(2030, 1, 8), valid_until=date(2030, 1, 10)
    )

    assert written(slots(rule, whole(MONDAY, 7))) == ["08 09:00", "09 09:00", "10 09:00"]


def test_an_exception_takes_the_place_of_the_days_window() -> None:
    rule = offer(exceptions={MONDAY: between("14:00", "15:00")})

    assert written(slots(rule, whole(MONDAY, 8)))[:3] == ["07 14:00", "07 14:30", "14 09:00"]


def test_an_exception_without_hours_is_a_day_off() -> None:
    assert written(slots(offer("09:00", "09:30", exceptions={MONDAY: None}), whole(MONDAY, 8))) == ["14 09:00"]


def test_an_exception_may_add_a_day() -> None:
    rule = offer("09:00", "09:30", exceptions={TUESDAY: between("12:00", "12:30")})

    assert written(slots(rule, whole(MONDAY, 2))) == ["07 09:00", "08 12:00"]


def test_a_window_that_crosses_midnight_belongs_to_the_day_on_which_it_begins() -> None:
    rule = offer("23:00", "01:00")

    assert written(slots(rule, whole(MONDAY, 2))) == ["07 23:00", "07 23:30", "08 00:00", "08 00:30"]


def test_what_follows_midnight_is_found_from_the_day_after() -> None:
    assert written(slots(offer("23:00", "01:00"), whole(TUESDAY))) == ["08 00:00", "08 00:30"]


def test_a_window_from_and_to_the_same_time_lasts_a_day() -> None:
    rule = offer("09:00", "09:00", slot_minutes=480)

    assert written(slots(rule, whole(MONDAY, 2))) == ["07 09:00", "07 17:00", "08 01:00"]


def test_windows_that_overlap_through_an_exception_give_each_start_once_and_in_order() -> None:
    rule = offer(
        "09:00", "10:00", weekdays=frozenset({1, 2}), exceptions={MONDAY: between("22:00", "11:00")}, slot_minutes=60
    )

    found = list(slots(rule, Period(at(TUESDAY, "08:00"), at(TUESDAY, "12:00"))))

    assert written(found) == ["08 08:00", "08 09:00", "08 10:00"]


def test_wall_time_stays_when_the_clocks_change() -> None:
    rule = offer("09:00", "09:30", zone=ZoneInfo("Europe/Berlin"))

    found = slots(rule, Period(at(date(2030, 3, 25), "00:00"), at(date(2030, 3, 25), "00:00") + 2 * _WEEK))

    assert written(found) == ["25 08:00", "01 07:00"]
