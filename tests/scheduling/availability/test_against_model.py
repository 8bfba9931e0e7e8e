"""Free starts, and why others are not, against a slow model: random hours, zones, buffers, closures, busy time."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling.rules.availability import Calendar, HoursOffer, Refused, Terms, frame_of, free_starts, refusal
from scheduling.rules.intervals import Period
from scheduling.rules.schedule import Hours, Schedule, Weekly
from tests.scheduling.availability.model import MINUTE, Question
from tests.scheduling.availability.sets import taken_by
from tests.scheduling.availability.transitions import transitions
from tests.scheduling.properties import bounded

_MONDAY = datetime(2026, 11, 23, tzinfo=UTC)
_STEADY = [(name, _MONDAY) for name in ["UTC", "Asia/Kolkata", "Australia/Eucla", "America/New_York"]]
_CHANGES = st.deferred(lambda: st.sampled_from(transitions()))

# Sampled rather than drawn from ranges, which would mostly give short periods without a single window.
_WALLS = st.sampled_from([time(hour, minute) for hour in range(24) for minute in (0, 0, 30, 47)])
_WINDOWS = st.tuples(st.sets(st.integers(1, 7), min_size=4), _WALLS, _WALLS)
_SECONDS = st.sampled_from([0, 0, 30])
_PIECES = st.tuples(st.sampled_from(range(0, 96 * 60, 7)), st.sampled_from([1, 10, 30, 60, 300]), _SECONDS)


def _weekly(windows: list[tuple[set[int], time, time]]) -> list[tuple[int, time, time]]:
    return [(weekday, starts, ends) for weekdays, starts, ends in windows for weekday in sorted(weekdays)]


@st.composite
def questions(draw: st.DrawFn) -> Question:
    name, day = draw(st.one_of(st.sampled_from(_STEADY), _CHANGES, _CHANGES))
    begin = day - timedelta(days=1)
    # Seconds too: what is taken in part is taken.
    start = begin + draw(st.sampled_from(range(0, 30 * 60, 13))) * MINUTE + draw(_SECONDS) * timedelta(seconds=1)
    dates = st.sampled_from([begin.date() + timedelta(days=number) for number in range(-2, 7)])
    validity = draw(st.tuples(st.none() | dates, st.none() | dates) | st.just((None, None)))
    first = draw(dates)
    return Question(
        zone=ZoneInfo(name),
        weekly=[(*window, *validity) for window in _weekly(draw(st.lists(_WINDOWS, min_size=1, max_size=3)))],
        exceptions=draw(st.dictionaries(dates, st.lists(st.tuples(_WALLS, _WALLS), max_size=2), max_size=2)),
        service=draw(st.none() | st.lists(_WINDOWS, min_size=1, max_size=2).map(_weekly)),
        length=draw(st.sampled_from([1, 5, 15, 30, 50, 60, 95, 480])),
        step=draw(st.sampled_from([5, 15, 20, 30, 45, 50, 60, 95])),
        before=draw(st.sampled_from([0, 0, 5, 15, 30])),
        after=draw(st.sampled_from([0, 0, 5, 10, 45])),
        notice=timedelta(minutes=draw(st.sampled_from([0, 0, 30, 60 * 24]))),
        horizon=draw(st.none() | st.sampled_from([1, 2, 60]).map(lambda days: timedelta(days=days))),
        closed=draw(st.just([]) | dates.map(lambda last: [(min(first, last), max(first, last))])),
        busy=[
            (begin + at * MINUTE + timedelta(seconds=more), begin + (at + lasts) * MINUTE + timedelta(seconds=more))
            for at, lasts, more in draw(st.lists(_PIECES, max_size=8))
        ],
        # On a grid minute too: what starts now is past.
        now=begin + draw(st.sampled_from([-600, 0, 600, 1440, 2000])) * MINUTE + draw(_SECONDS) * timedelta(seconds=1),
        start=start,
        end=start + draw(st.sampled_from([7, 36, 48, 72])) * timedelta(hours=1),
    )


def offer_of(question: Question) -> HoursOffer:
    def weekly(rows: object) -> list[Weekly]:
        return [Weekly(row[0], Hours(row[1], row[2]), *row[3:]) for row in rows]  # type: ignore[attr-defined]

    return HoursOffer(
        schedule=Schedule(
            zone=question.zone,
            weekly=weekly(question.weekly),
            exceptions={day: [Hours(*one) for one in hours] for day, hours in question.exceptions.items()},
        ),
        within=None if question.service is None else Schedule(zone=question.zone, weekly=weekly(question.service)),
        length=question.length,
        step=question.step,
        terms=Terms(
            notice=question.notice,
            horizon=question.horizon,
            buffer_before=question.before,
            buffer_after=question.after,
        ),
    )


@given(questions())
@settings(bounded, max_examples=300)
def test_what_is_free_is_what_the_model_says(question: Question) -> None:
    offer = offer_of(question)
    within = Period(question.start, question.end)
    frame = frame_of([offer], within)
    calendar = Calendar(closed=question.closed, taken=taken_by((Period(*one) for one in question.busy), frame))

    found = free_starts(offer, calendar, frame, within=within, now=question.now)

    expected = question.free()
    assert frame.instants(found) == expected
    # And the same code refuses what it does not offer, and says why.
    at = question.start.replace(second=0) + MINUTE
    while at < question.end:
        reason = refusal(offer, calendar, frame, start=at, now=question.now)
        assert reason == question.refusal(at), at
        at += 97 * MINUTE


def test_a_window_that_begins_in_a_gap_at_midnight() -> None:
    """Paraguay's clocks went from 0:00 to 1:00 on 6 October 2024: the day began at 1:00."""
    zone = ZoneInfo("America/Asuncion")
    offer = HoursOffer(schedule=Schedule(zone=zone, weekly=[Weekly(7, Hours(time(0), time(3)))]), length=60, step=60)
    within = Period(datetime(2024, 10, 5, tzinfo=UTC), datetime(2024, 10, 8, tzinfo=UTC))
    frame = frame_of([offer], within)

    found = frame.instants(free_starts(offer, Calendar(), frame, within=within, now=datetime(2024, 1, 1, tzinfo=UTC)))

    assert [start.astimezone(zone).hour for start in found] == [1, 2]


def test_nothing_starts_within_a_minute() -> None:
    offer = HoursOffer(
        schedule=Schedule(zone=ZoneInfo("UTC"), weekly=[Weekly(1, Hours(time(9), time(12)))]), length=30, step=30
    )
    start = datetime(2026, 11, 23, 9, 30, 20, tzinfo=UTC)
    frame = frame_of([offer], Period(start, start + MINUTE))

    reason = refusal(offer, Calendar(), frame, start=start, now=start - timedelta(days=1))

    assert reason is Refused.OFF_GRID


def test_the_transitions_are_those_of_the_database() -> None:
    """Red where the sampling finds none, and the property would say nothing of clock changes."""
    found = transitions()

    assert len({name for name, _day in found}) > 30
    assert ("Australia/LHI" in {name for name, _ in found}) or ("Australia/Lord_Howe" in {name for name, _ in found})
    assert {day.year for _name, day in found} == set(range(2024, 2031))
