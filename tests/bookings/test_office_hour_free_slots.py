"""Free slots: what is listed is what can be booked, in every zone and whatever overlaps."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from scheduling.rules.availability import HoursOffer
from scheduling.rules.intervals import Period, merge
from tests.bookings.offers import MONDAY, NOW, at, between, free_slots, offer, refusal, whole, written
from tests.scheduling.properties import bounded


def test_slots_that_meet_busy_time_are_left_out() -> None:
    busy = [Period(at(MONDAY, "09:15"), at(MONDAY, "09:30")), Period(at(MONDAY, "10:20"), at(MONDAY, "10:40"))]

    assert written(free_slots(offer(), whole(MONDAY), now=NOW, closed=[], busy=busy)) == ["07 09:30"]


def test_busy_time_that_only_touches_a_slot_leaves_it_free() -> None:
    busy = [Period(at(MONDAY, "08:00"), at(MONDAY, "09:00")), Period(at(MONDAY, "09:30"), at(MONDAY, "12:00"))]

    assert written(free_slots(offer(), whole(MONDAY), now=NOW, closed=[], busy=busy)) == ["07 09:00"]


def test_busy_time_is_heeded_in_windows_that_overlap_through_an_exception() -> None:
    tuesday = MONDAY + timedelta(days=1)
    rule = offer("09:00", "11:00", weekdays=frozenset({1, 2}), exceptions={MONDAY: between("20:00", "19:00")})
    busy = [Period(at(tuesday, "09:00"), at(tuesday, "10:00")), Period(at(tuesday, "18:00"), at(tuesday, "18:30"))]

    found = free_slots(rule, Period(at(tuesday, "08:30"), at(tuesday, "10:30")), now=NOW, closed=[], busy=busy)

    assert written(found) == ["08 08:30", "08 10:00"]


def test_past_too_soon_too_far_and_closed_slots_are_left_out() -> None:
    daily = offer(
        "09:00",
        "10:00",
        weekdays=frozenset(range(1, 8)),
        notice=timedelta(minutes=20),
        horizon=timedelta(days=3),
    )
    closed_day = MONDAY + timedelta(days=2)

    found = free_slots(daily, whole(MONDAY, 7), now=at(MONDAY, "09:10"), closed=[(closed_day, closed_day)], busy=[])

    assert written(found) == ["07 09:30", "08 09:00", "08 09:30", "10 09:00"]


_zones = st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"]).map(
    ZoneInfo
)
_days = st.dates(date(2026, 3, 1), date(2026, 11, 30))
_walls = st.builds(time, st.integers(0, 23), st.sampled_from([0, 15, 30])).map(lambda wall: f"{wall:%H:%M}")
_hours = st.builds(between, _walls, _walls)


@st.composite
def _situations(draw: st.DrawFn) -> tuple[HoursOffer, Period, datetime, list[tuple[date, date]], list[Period]]:
    """An office hour, three days to look at, the time of the day, closures and busy time."""
    first = draw(_days)
    days = [first + timedelta(days=number) for number in range(-1, 4)]
    rule = offer(
        *draw(st.tuples(_walls, _walls)),
        zone=draw(_zones),
        slot_minutes=draw(st.sampled_from([15, 30, 45, 60, 90])),
        notice=timedelta(minutes=draw(st.sampled_from([0, 45, 600]))),
        horizon=timedelta(days=draw(st.integers(1, 3) | st.just(3650))),
        weekdays=draw(st.frozensets(st.integers(1, 7), min_size=1)),
        valid_from=draw(st.none() | st.sampled_from(days)),
        valid_until=draw(st.none() | st.sampled_from(days)),
        exceptions=draw(st.dictionaries(st.sampled_from(days), st.none() | _hours, max_size=3)),
    )
    begins = datetime.combine(first, time(0), UTC)
    within = Period(begins, begins + timedelta(days=3))
    now = begins + timedelta(minutes=draw(st.integers(-24, 48)) * 60)
    closed = draw(st.lists(st.sampled_from(days).map(lambda day: (day, day)), max_size=1))
    busy = merge(
        Period.lasting(begins + timedelta(minutes=15 * start), minutes=15 * length)
        for start, length in draw(st.lists(st.tuples(st.integers(0, 287), st.integers(1, 16)), max_size=6))
    )
    return rule, within, now, closed, busy


def _by_asking(
    rule: HoursOffer, within: Period, now: datetime, closed: list[tuple[date, date]], busy: Iterable[Period]
) -> list[datetime]:
    """Every quarter of an hour, asked as a booking asks."""
    starts = (within.start + timedelta(minutes=15 * number) for number in range(4 * 72))
    return [
        start
        for start in starts
        if refusal(rule, start, now=now, closed=closed) is None
        and not any(Period.lasting(start, minutes=rule.length).overlaps(taken) for taken in busy)
    ]


@bounded
@given(_situations())
def test_what_is_listed_is_what_can_be_booked(
    situation: tuple[HoursOffer, Period, datetime, list[tuple[date, date]], list[Period]],
) -> None:
    rule, within, now, closed, busy = situation

    listed = list(free_slots(rule, within, now=now, closed=closed, busy=busy))

    assert listed == _by_asking(rule, within, now, closed, busy)
    assert all(one < next_one for one, next_one in pairwise(listed))
