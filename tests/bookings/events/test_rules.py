"""Who may take part in an event, and what becomes of a booking: decisions over values."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from bookings.rules.event_booking import HELD, STEPS, WITH_PLACE, Role, Status, may_cancel, may_decide, may_dispute
from bookings.rules.events import Barred, Eligibility, Entry, Hours, age_on
from scheduling.rules.people import Gender

DAY = date(2030, 6, 1)
START = datetime(2030, 6, 1, 10, tzinfo=UTC)
END = START + timedelta(hours=1)
MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("born", "day", "age"),
    [
        (date(2000, 6, 1), date(2018, 5, 31), 17),
        (date(2000, 6, 1), date(2018, 6, 1), 18),
        (date(2000, 2, 29), date(2018, 2, 28), 17),
        (date(2000, 2, 29), date(2018, 3, 1), 18),
        (date(2000, 2, 29), date(2020, 2, 29), 20),
    ],
)
def test_age_is_in_whole_years(born: date, day: date, age: int) -> None:
    assert age_on(day, born=born) == age


@pytest.mark.parametrize(
    ("entry", "born", "gender", "barred"),
    [
        (Entry(), None, None, None),
        (Entry(), date(2012, 6, 2), None, Barred.AGE),  # 17 on the day
        (Entry(), date(2012, 6, 1), None, None),
        (Entry(age_to=30), None, None, Barred.UNKNOWN_AGE),
        (Entry(age_to=30), date(1999, 6, 2), None, None),  # 30 until tomorrow
        (Entry(age_to=30), date(1999, 6, 1), None, Barred.AGE),
        (Entry(age_from=21), date(2009, 6, 2), None, Barred.AGE),
        (Entry(eligibility=Eligibility.MEN), None, None, Barred.UNKNOWN_GENDER),
        (Entry(eligibility=Eligibility.MEN), None, Gender.FEMALE, Barred.GENDER),
        (Entry(eligibility=Eligibility.MEN), None, Gender.OTHER, Barred.GENDER),
        (Entry(eligibility=Eligibility.MEN), None, Gender.MALE, None),
        (Entry(eligibility=Eligibility.WOMEN), None, Gender.FEMALE, None),
        (Entry(eligibility=Eligibility.WOMEN), None, Gender.MALE, Barred.GENDER),
    ],
)
def test_who_may_take_part(entry: Entry, born: date | None, gender: Gender | None, barred: Barred | None) -> None:
    assert entry.barred(born=born, gender=gender, day=DAY) is barred


@pytest.mark.parametrize(
    ("starts", "ends", "minutes"),
    [(time(18), time(19, 30), 90), (time(23), time(1), 120), (time(10), time(10), 24 * 60)],
)
def test_the_length_by_the_clock(starts: time, ends: time, minutes: int) -> None:
    assert Hours(starts=starts, ends=ends, zone=ZoneInfo("UTC")).duration == timedelta(minutes=minutes)


def test_wall_time_stays_when_the_clocks_change() -> None:
    hours = Hours(starts=time(18), ends=time(19), zone=ZoneInfo("Europe/Berlin"))

    assert hours.on(date(2030, 3, 30))[0] == datetime(2030, 3, 30, 17, tzinfo=UTC)
    assert hours.on(date(2030, 3, 31))[0] == datetime(2030, 3, 31, 16, tzinfo=UTC)


def test_each_status_has_its_steps_and_the_last_ones_none() -> None:
    assert set(STEPS) == set(Status)
    assert {status for status, steps in STEPS.items() if not steps} == {
        Status.REJECTED, Status.CANCELED, Status.DISPUTE_DONE,
    }  # fmt: skip
    assert HELD < WITH_PLACE
    assert set(Status) - {Status.REJECTED, Status.CANCELED} == WITH_PLACE


@pytest.mark.parametrize(
    ("role", "now", "allowed"),
    [
        (Role.ATHLETE, START - MINUTE, True),
        (Role.ATHLETE, START, False),
        (Role.COACH, END - MINUTE, True),
        (Role.COACH, END, False),
        (Role.SYSTEM, END - MINUTE, True),
        (Role.SYSTEM, END, False),
    ],
)
def test_until_when_who_may_cancel(*, role: Role, now: datetime, allowed: bool) -> None:
    assert may_cancel(Status.ACCEPTED, starts_at=START, ends_at=END, now=now, role=role) is allowed
    assert not may_cancel(Status.IN_DISPUTE, starts_at=START, ends_at=END, now=now, role=role)


def test_a_dispute_is_from_the_start_on_and_a_decision_until_the_end() -> None:
    assert not may_dispute(Status.ACCEPTED, starts_at=START, now=START - MINUTE)
    assert may_dispute(Status.ACCEPTED, starts_at=START, now=START)
    assert not may_dispute(Status.PENDING, starts_at=START, now=START)
    assert may_decide(Status.PENDING, ends_at=END, now=END - MINUTE)
    assert not may_decide(Status.PENDING, ends_at=END, now=END)
    assert not may_decide(Status.ACCEPTED, ends_at=END, now=START)
