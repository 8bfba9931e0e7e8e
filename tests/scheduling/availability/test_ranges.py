"""Free ranges against the slow model: a booking is free wherever it lies in one of them, and nowhere else."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings

from scheduling.rules.availability import Calendar, SlotsOffer, frame_of, free_starts
from scheduling.rules.intervals import Period
from scheduling.rules.minutes import instant_of
from scheduling.rules.ranges import free_ranges, off_grid
from tests.scheduling.availability.model import MINUTE, Question
from tests.scheduling.availability.sets import taken_by
from tests.scheduling.availability.test_against_model import offer_of, questions
from tests.scheduling.properties import bounded


@given(questions())
@settings(bounded, max_examples=100)
def test_what_lies_in_a_range_is_free_and_what_does_not_is_not(question: Question) -> None:
    ranges = _ranges(question)

    anywhere, on_grid = set(replace(question, step=1).free()), set(question.free())
    length = question.length * MINUTE
    inside = {
        start + number * MINUTE
        for start, end in ranges
        for number in range((end - start) // MINUTE - question.length + 1)
    }
    assert inside <= anywhere
    assert on_grid <= inside
    # Nothing is left out but time in which nothing starts, as a whole, and no range could be longer.
    for start in anywhere - inside:
        assert not {start - MINUTE, start + MINUTE} & inside
    for start, end in ranges:
        assert start - MINUTE not in anywhere
        assert end + MINUTE - length not in anywhere
        assert any(start <= one and one + length <= end for one in on_grid)


def _ranges(question: Question) -> list[tuple[datetime, datetime]]:
    offer = offer_of(question)
    within = Period(question.start, question.end)
    frame = frame_of([offer], within)
    calendar = Calendar(closed=question.closed, taken=taken_by((Period(*one) for one in question.busy), frame))
    free, anywhere = (
        free_starts(one, calendar, frame, within=within, now=question.now) for one in (offer, off_grid(offer))
    )
    return [
        (instant_of(frame.first + start), instant_of(frame.first + end))
        for start, end in free_ranges(offer, free=free, free_off_grid=anywhere, frame=frame)
    ]


def test_slots_are_ranges_as_they_were_opened() -> None:
    nine = datetime(2030, 1, 7, 9, tzinfo=UTC)
    starts = [nine + number * 30 * MINUTE for number in (0, 1, 3)]
    offer = SlotsOffer(zone=ZoneInfo("UTC"), slots=[Period.lasting(start, minutes=30) for start in starts])
    within = Period(nine, nine + timedelta(hours=3))
    frame = frame_of([offer], within)
    taken = taken_by([Period.lasting(nine + 30 * MINUTE, minutes=5)], frame)
    free = free_starts(offer, Calendar(taken=taken), frame, within=within, now=nine - timedelta(days=1))

    assert list(free_ranges(offer, free=free, free_off_grid=free, frame=frame)) == [(0, 30), (90, 120)]
