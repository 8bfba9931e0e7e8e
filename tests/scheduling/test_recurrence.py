"""Recurrence rules against a slow model, against another library, and against those who mean harm."""

import time
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from itertools import islice, pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import rrulestr  # type: ignore[import-untyped]
from hypothesis import assume, example, given
from hypothesis import strategies as st

from scheduling.rules import wall_time
from scheduling.rules.recurrence import HORIZON_YEARS, InvalidRuleError, Occurrence, occurrences, parse
from tests.scheduling import recurrence_model as model
from tests.scheduling.properties import bounded

BERLIN, APIA = ZoneInfo("Europe/Berlin"), ZoneInfo("Pacific/Apia")
_zones = st.sampled_from(sorted(wall_time.zone_names())).map(ZoneInfo)
_times = st.builds(datetime.min.time().replace, hour=st.integers(0, 23), minute=st.sampled_from([0, 15, 30, 45]))
_SECONDS = 0.1


def _some(numbers: Any) -> Any:
    return st.lists(numbers, min_size=1, max_size=4, unique=True)


def _around(most: int) -> Any:
    return st.integers(1, most) | st.integers(-most, -1)


_plain_days = _some(st.sampled_from(model.NAMES))
_counted_days = _some(st.builds("{}{}".format, _around(5), st.sampled_from(model.NAMES)))
_of_all: dict[str, Any] = {
    "INTERVAL": st.integers(1, 4),
    "BYMONTH": _some(st.integers(1, 12)),
    "BYSETPOS": _some(_around(4)),
    "WKST": st.sampled_from(model.NAMES),
}
_BY_FREQUENCY: dict[str, dict[str, Any]] = {
    "DAILY": {"BYDAY": _plain_days, "BYMONTHDAY": _some(_around(31))},
    "WEEKLY": {"BYDAY": _plain_days},
    "MONTHLY": {"BYDAY": _plain_days | _counted_days, "BYMONTHDAY": _some(_around(31))},
    "YEARLY": {
        "BYDAY": _plain_days | _counted_days,
        "BYMONTHDAY": _some(_around(31)),
        "BYYEARDAY": _some(_around(366)),
        "BYWEEKNO": _some(_around(53)),
    },
}


@st.composite
def _rules(draw: Any) -> dict[str, Any]:
    frequency = draw(st.sampled_from(sorted(_BY_FREQUENCY)))
    offered = _of_all | _BY_FREQUENCY[frequency]
    named = draw(st.lists(st.sampled_from(sorted(offered)), max_size=4, unique=True))
    parts = {"FREQ": frequency} | {name: draw(offered[name]) for name in named}
    if "BYWEEKNO" in parts:
        parts["BYDAY"] = draw(_plain_days)
    if not any(name.startswith("BY") for name in parts if name != "BYSETPOS"):
        parts.pop("BYSETPOS", None)
    return parts


def _expand(rule: str, first: datetime, where: ZoneInfo = BERLIN) -> list[Occurrence]:
    return occurrences(parse(rule), first=first, where=where)


def _days(rule: str, first: date) -> list[str]:
    return [f"{one.day:%Y-%m-%d}" for one in _expand(rule, datetime.combine(first, datetime.min.time()))]


@bounded
@given(_rules(), st.dates(date(2020, 1, 1), date(2030, 12, 31)), st.integers(0, 500), _times, _zones)
def test_a_rule_until_a_day_has_the_days_of_the_model(
    parts: dict[str, Any], around: date, length: int, clock: Any, where: ZoneInfo
) -> None:
    first = _first_day(parts, around)
    last = first + timedelta(days=length)

    found = _expand(f"{model.text(parts)};UNTIL={last:%Y%m%d}", datetime.combine(first, clock), where)

    walls = [datetime.combine(day, clock) for day in model.days(parts, first=first, last=last)]
    starts = {wall_time.resolve(wall, where): wall.date() for wall in reversed(walls)}
    assert [(one.day, one.starts_at) for one in found] == [(day, at) for at, day in sorted(starts.items())]


def _first_day(parts: dict[str, Any], around: date) -> date:
    """The first of the rule's days from that day on. What the rule leaves open is the same on both."""
    each = {name: value for name, value in parts.items() if name != "INTERVAL"}
    found = model.days(each, first=around, last=around + timedelta(days=120))
    assume(found)
    return found[0]


@bounded
@given(_rules(), st.dates(date(2020, 1, 1), date(2030, 12, 31)), st.integers(1, 40))
def test_a_rule_with_a_count_has_the_first_days_that_another_library_finds(
    parts: dict[str, Any], around: date, count: int
) -> None:
    first = _first_day(parts, around)
    rule, begin = model.text(parts), datetime.combine(first, datetime.min.time())
    try:
        found = _expand(f"{rule};COUNT={count}", begin)
    except InvalidRuleError as refused:
        assert f"within {HORIZON_YEARS} years" in str(refused)  # noqa: PT017 - what is refused, and only that
        return
    assert len(found) == count
    assert [one.day for one in found] == [at.date() for at in islice(rrulestr(rule, dtstart=begin), count)]


@bounded
@given(_zones, st.dates(date(2020, 1, 1), date(2035, 12, 31)), _times)
def test_the_wall_time_stays_and_the_instant_moves(where: ZoneInfo, first: date, clock: Any) -> None:
    found = _expand("FREQ=DAILY;COUNT=366", datetime.combine(first, clock), where)

    for one in found:
        wall = one.starts_at.astimezone(where).replace(tzinfo=None)
        # In a gap it is later by the gap, and only then.
        assert wall >= datetime.combine(one.day, clock)
        assert wall == datetime.combine(one.day, clock) or wall_time.resolve(wall, where) == one.starts_at
    assert all(before.starts_at < after.starts_at for before, after in pairwise(found))


def test_the_night_of_a_clock_change() -> None:
    spring = _expand("FREQ=DAILY;COUNT=3", datetime(2026, 3, 28, 2, 30))  # noqa: DTZ001
    autumn = _expand("FREQ=DAILY;COUNT=3", datetime(2026, 10, 24, 2, 30))  # noqa: DTZ001

    assert [f"{one.starts_at:%d %H:%M}" for one in spring] == ["28 01:30", "29 01:30", "30 00:30"]
    assert [f"{one.starts_at:%d %H:%M}" for one in autumn] == ["24 00:30", "25 00:30", "26 01:30"]


def test_a_day_that_a_zone_skipped_is_not_there_twice() -> None:
    """Samoa went from the 29th to the 31st of December 2011."""
    found = _expand("FREQ=DAILY;COUNT=3", datetime(2011, 12, 29, 10), APIA)  # noqa: DTZ001

    assert [f"{one.starts_at.astimezone(APIA):%d %H:%M}" for one in found] == ["29 10:00", "31 10:00", "01 10:00"]


# The examples of RFC 5545, section 3.8.5.3, whose days it lists.
@pytest.mark.parametrize(
    ("rule", "first", "days"),
    [
        ("FREQ=WEEKLY;INTERVAL=2;COUNT=4;WKST=MO;BYDAY=TU,SU", "1997-08-05", "08-05 08-10 08-19 08-24"),
        ("FREQ=WEEKLY;INTERVAL=2;COUNT=4;WKST=SU;BYDAY=TU,SU", "1997-08-05", "08-05 08-17 08-19 08-31"),
        ("FREQ=MONTHLY;COUNT=3;BYDAY=1FR", "1997-09-05", "09-05 10-03 11-07"),
        ("FREQ=MONTHLY;COUNT=3;BYDAY=-2MO", "1997-09-22", "09-22 10-20 11-17"),
        ("FREQ=MONTHLY;COUNT=4;BYMONTHDAY=-3,1", "1997-09-28", "09-28 10-01 10-29 11-01"),
        ("FREQ=MONTHLY;COUNT=3;BYDAY=TU,WE,TH;BYSETPOS=3", "1997-09-04", "09-04 10-07 11-06"),
        ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2;COUNT=3", "1997-09-29", "09-29 10-30 11-27"),
        ("FREQ=YEARLY;COUNT=3;BYDAY=20MO", "1997-05-19", "05-19 05-18 05-17"),
        ("FREQ=YEARLY;COUNT=3;BYWEEKNO=20;BYDAY=MO", "1997-05-12", "05-12 05-11 05-17"),
        ("FREQ=YEARLY;INTERVAL=3;COUNT=4;BYYEARDAY=1,100,200", "1997-01-01", "01-01 04-10 07-19 01-01"),
        ("FREQ=MONTHLY;BYMONTHDAY=15,30;COUNT=5", "2007-01-15", "01-15 01-30 02-15 03-15 03-30"),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;COUNT=3", "2028-02-29", "02-29 02-29 02-29"),
        ("rrule:freq=weekly;byday=mo;until=20300121", "2030-01-07", "01-07 01-14 01-21"),
    ],
)
def test_rules_of_the_standard(rule: str, first: str, days: str) -> None:
    assert [day[5:] for day in _days(rule, date.fromisoformat(first))] == days.split()


def test_weekdays_with_and_without_a_number_stand_side_by_side() -> None:
    """The union, as RFC 5545 has it; dateutil takes those that are both."""
    assert _days("FREQ=MONTHLY;BYDAY=1MO,FR;COUNT=5", date(2030, 1, 4)) == [
        f"2030-{day}" for day in ("01-04", "01-07", "01-11", "01-18", "01-25")
    ]


def test_an_instant_as_the_end_includes_what_starts_then() -> None:
    begin = datetime(2030, 1, 7, 9)  # noqa: DTZ001

    assert len(_expand("FREQ=DAILY;UNTIL=20300109T080000Z", begin)) == 3
    assert len(_expand("FREQ=DAILY;UNTIL=20300109T075959Z", begin)) == 2


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("", "'' is no part"),
        ("x" * 501, "at most 500"),
        ("FREQ=HOURLY;COUNT=3", "FREQ=DAILY"),
        ("FREQ=SECONDLY;COUNT=3", "FREQ=DAILY"),
        ("COUNT=3", "FREQ="),
        ("FREQ=DAILY", "COUNT or UNTIL"),
        ("FREQ=DAILY;COUNT=3;UNTIL=20300109", "not both"),
        ("FREQ=DAILY;COUNT=0", "from 1 to 730"),
        ("FREQ=DAILY;COUNT=731", "from 1 to 730"),
        ("FREQ=DAILY;COUNT=-1", "from 1 to 730"),
        ("FREQ=DAILY;COUNT=9" + "9" * 400, "from 1 to 730"),
        ("FREQ=DAILY;COUNT=١", "from 1 to 730"),
        ("FREQ=DAILY;COUNT=3;COUNT=4", "twice"),
        ("FREQ=DAILY;INTERVAL=0;COUNT=3", "INTERVAL"),
        ("FREQ=DAILY;INTERVAL=401;COUNT=3", "INTERVAL"),
        ("FREQ=DAILY;COUNT=3\nEXRULE:FREQ=DAILY", "COUNT"),
        ("FREQ=DAILY;COUNT=3;EXRULE=FREQ", "'EXRULE' is no part"),
        ("FREQ=DAILY;COUNT=3;BYEASTER=0", "'BYEASTER' is no part"),
        ("FREQ=DAILY;COUNT=3;X-A=B", "no part"),
        ("FREQ=DAILY;COUNT=3;BYHOUR=1,2", "time of day of the first"),
        ("FREQ=DAILY;COUNT=3;BYSECOND=60", "time of day of the first"),
        ("FREQ=DAILY;COUNT=3;BYDAY=1MO", "FREQ=MONTHLY"),
        ("FREQ=DAILY;COUNT=3;BYDAY=XX", "BYDAY must"),
        ("FREQ=DAILY;COUNT=3;BYDAY=", "BYDAY must"),
        ("FREQ=MONTHLY;COUNT=3;BYDAY=0MO", "BYDAY must"),
        ("FREQ=YEARLY;COUNT=3;BYDAY=54MO", "BYDAY must"),
        ("FREQ=WEEKLY;COUNT=3;BYMONTHDAY=1", "FREQ=WEEKLY"),
        ("FREQ=MONTHLY;COUNT=3;BYMONTHDAY=0", "must not be 0"),
        ("FREQ=MONTHLY;COUNT=3;BYMONTHDAY=32", "-31 to 31"),
        ("FREQ=MONTHLY;COUNT=3;BYMONTHDAY=" + ",".join(["1"] * 32), "at most 31"),
        ("FREQ=YEARLY;COUNT=3;BYMONTH=-1", "1 to 12"),
        ("FREQ=MONTHLY;COUNT=3;BYYEARDAY=1", "FREQ=YEARLY"),
        ("FREQ=MONTHLY;COUNT=3;BYWEEKNO=1;BYDAY=MO", "FREQ=YEARLY"),
        ("FREQ=YEARLY;COUNT=3;BYWEEKNO=1", "needs BYDAY"),
        ("FREQ=YEARLY;COUNT=3;BYWEEKNO=1;BYDAY=1MO", "without BYWEEKNO"),
        ("FREQ=DAILY;COUNT=3;BYSETPOS=1", "another list"),
        ("FREQ=DAILY;COUNT=3;WKST=XX", "WKST"),
        ("FREQ=DAILY;UNTIL=20301332", "UNTIL must"),
        ("FREQ=DAILY;UNTIL=20300101T000000", "UNTIL must"),
        ("FREQ=DAILY;UNTIL=20300101T250000Z", "UNTIL must"),
        ("FREQ=DAILY;UNTIL=2030-01-01", "UNTIL must"),
    ],
)
def test_what_is_no_rule_is_refused_and_it_says_why(rule: str, said: str) -> None:
    with pytest.raises(InvalidRuleError) as refused:
        parse(rule)
    assert said in str(refused.value)
    assert refused.value.fields == {"rule": [str(refused.value)]}


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("FREQ=DAILY;UNTIL=20320108", "within 2 years"),
        ("FREQ=DAILY;UNTIL=20320108T000000Z", "within 2 years"),
        ("FREQ=DAILY;UNTIL=20300106", "No day of the rule"),
        ("FREQ=WEEKLY;BYDAY=TU;COUNT=3", "The next that is: 2030-01-08"),
        ("FREQ=YEARLY;COUNT=22", "there are 21 until then"),
    ],
)
def test_a_rule_that_does_not_go_with_its_first_day_is_refused(rule: str, said: str) -> None:
    with pytest.raises(InvalidRuleError, match=said):
        _days(rule, date(2030, 1, 7))


_ALL_DAYS = "MO,TU,WE,TH,FR,SA,SU"
_THIRTY_ONE = ",".join(str(-day) for day in range(1, 32))
HOSTILE = [
    "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30;COUNT=730",
    "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30;COUNT=730",
    "FREQ=DAILY;INTERVAL=7;BYDAY=TU;COUNT=730",
    "FREQ=YEARLY;INTERVAL=2;BYMONTH=2;BYMONTHDAY=29;COUNT=2",
    "FREQ=YEARLY;BYMONTH=1;BYWEEKNO=30;BYDAY=MO;COUNT=1",
    f"FREQ=YEARLY;BYWEEKNO=53,-53;BYDAY={_ALL_DAYS};COUNT=730",
    f"FREQ=YEARLY;BYDAY={','.join(f'{nth}MO' for nth in range(1, 32))};BYSETPOS=366;COUNT=730",
    f"FREQ=MONTHLY;BYDAY={_ALL_DAYS};BYMONTHDAY={_THIRTY_ONE};BYSETPOS=-366;COUNT=730",
    f"FREQ=YEARLY;BYDAY={_ALL_DAYS};BYMONTHDAY={_THIRTY_ONE};BYWEEKNO=1,53;BYYEARDAY=366,-366;COUNT=730",
    "FREQ=WEEKLY;COUNT=730",
    "FREQ=DAILY;COUNT=730",
]


@pytest.mark.parametrize("rule", HOSTILE)
@pytest.mark.parametrize("first", [date(2030, 1, 7), date(2028, 2, 29), date(2, 1, 1), date(9978, 12, 31)])
def test_no_rule_takes_long(rule: str, first: date) -> None:
    best = min(_seconds(rule, first) for _attempt in range(3))
    assert best < _SECONDS


def _seconds(rule: str, first: date) -> float:
    began = time.perf_counter()
    with suppress(InvalidRuleError):
        assert len(_days(rule, first)) <= 730
    return time.perf_counter() - began


@pytest.mark.parametrize("year", [1, 9979, 9999])
def test_the_ends_of_the_calendar_are_refused(year: int) -> None:
    with pytest.raises(InvalidRuleError, match="Nothing repeats"):
        _days("FREQ=DAILY;COUNT=2", date(year, 1, 1))


@bounded
@given(st.text(max_size=60) | st.text("FREQ=DAILY;COUNT=2;BYDAY=MO,-1;UNTIL=Z0", max_size=40))
@example("FREQ=DAILY;COUNT=2;")
def test_any_text_is_a_rule_or_is_refused(text: str) -> None:
    try:
        rule = parse(text)
    except InvalidRuleError:
        return
    assert (rule.count is None) != (rule.until is None)


def test_a_day_is_an_instant_in_utc() -> None:
    assert _expand("FREQ=DAILY;COUNT=1", datetime(2030, 1, 7, 9)) == [  # noqa: DTZ001
        Occurrence(date(2030, 1, 7), datetime(2030, 1, 7, 8, tzinfo=UTC))
    ]
