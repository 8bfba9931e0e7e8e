"""Publishing a time slot on all days of a rule: what is taken, what is refused or left out, and that it is told."""

from datetime import date, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookings import event_errors as errors
from bookings.models import Event, TimeSlot
from bookings.rules.events import Hours, Terms
from bookings.services.publish_event import publish_event
from bookings.services.publish_series import OnConflict, Series, preview_series, publish_series
from scheduling.models import Reservation, StaffMember
from scheduling.rules.recurrence import InvalidRuleError, parse
from tests.support import cast

BERLIN = ZoneInfo("Europe/Berlin")
FIRST = date(2030, 1, 7)
NOW = cast.MONDAY - timedelta(days=7)
HOURS = Hours(starts=time(18), ends=time(19, 30), zone=BERLIN)
STATEMENTS = 7


def _wanted(coach: StaffMember, rule: str, **more: Any) -> dict[str, Any]:
    return {
        "coach": coach,
        "brand_id": cast.main_brand().pk,
        "hours": HOURS,
        "terms": Terms(participants=12, price=90_000),
        "first_day": FIRST,
        "rule": parse(rule),
        "now": NOW,
    } | more


def _publish(coach: StaffMember, rule: str, *, skip: bool = False, **more: Any) -> Series:
    return publish_series(on_conflict=OnConflict.SKIP if skip else OnConflict.FAIL, **_wanted(coach, rule, **more))


def _single(coach: StaffMember, day: date, **more: Any) -> Event:
    return publish_event(
        coach=coach, brand_id=cast.main_brand().pk, hours=HOURS, terms=Terms(), day=day, now=NOW, slot_id=None, **more
    )


def _days(series: Series) -> list[str]:
    return [f"{event.date:%m-%d}" for event in series.events]


def _skipped(series: Series) -> list[tuple[str, str]]:
    return [(f"{one.starts_at:%m-%d %H:%M}", one.reason.code) for one in series.skipped]


def _state() -> tuple[int, int, int]:
    return TimeSlot.objects.count(), Event.objects.count(), Reservation.objects.filter(active=True).count()


def test_each_day_has_its_event_and_the_coachs_time_is_taken(coach: StaffMember) -> None:
    series = _publish(coach, "FREQ=WEEKLY;BYDAY=MO,WE;COUNT=4")

    assert _days(series) == ["01-07", "01-09", "01-14", "01-16"]
    assert series.skipped == []
    events = list(Event.objects.order_by("date"))
    assert events == series.events
    assert {event.time_slot for event in events} == {TimeSlot.objects.get()}
    assert {(event.capacity, event.taken, event.status, event.coach_id) for event in events} == {
        (12, 0, "Scheduled", coach.pk)
    }
    taken = Reservation.objects.filter(active=True, subject_kind=Event.SUBJECT_KIND)
    assert {(one.subject_id, one.during.lower, one.during.upper) for one in taken} == {
        (event.pk, event.starts_at, event.ends_at) for event in events
    }


def test_a_clock_change_moves_the_instant_and_not_the_wall_time(coach: StaffMember) -> None:
    series = _publish(coach, "FREQ=WEEKLY;COUNT=2", first_day=date(2030, 3, 25))

    assert [f"{event.starts_at:%d %H:%M}" for event in series.events] == ["25 17:00", "01 16:00"]


def test_all_or_nothing_tells_every_day_that_is_in_the_way(coach: StaffMember) -> None:
    for day in (8, 10):
        _single(coach, date(2030, 1, day))
    before = _state()

    with pytest.raises(errors.SeriesConflictError) as refused:
        _publish(coach, "FREQ=DAILY;COUNT=5")

    assert str(refused.value).startswith("2 of the 5 days")
    assert [(cause.code, cause.data["date"]) for cause in refused.value.causes] == [
        ("coach_busy", "2030-01-08"),
        ("coach_busy", "2030-01-10"),
    ]
    assert _state() == before


def test_skip_publishes_the_rest_and_tells_what_was_left_out(coach: StaffMember) -> None:
    for day in (8, 10):
        _single(coach, date(2030, 1, day))

    series = _publish(coach, "FREQ=DAILY;COUNT=5", skip=True)

    assert _days(series) == ["01-07", "01-09", "01-11"]
    assert _skipped(series) == [("01-08 17:00", "coach_busy"), ("01-10 17:00", "coach_busy")]


def test_a_series_of_which_nothing_would_be_left_is_refused(coach: StaffMember) -> None:
    _single(coach, FIRST)
    before = _state()

    with pytest.raises(errors.SeriesConflictError):
        _publish(coach, "FREQ=DAILY;COUNT=1", skip=True)

    assert _state() == before


def test_what_is_past_is_left_out_or_in_the_way(coach: StaffMember) -> None:
    late = cast.MONDAY + timedelta(days=1)

    with pytest.raises(errors.SeriesConflictError) as refused:
        _publish(coach, "FREQ=DAILY;COUNT=3", now=late)

    assert [cause.code for cause in refused.value.causes] == ["not_in_future"]
    assert _skipped(_publish(coach, "FREQ=DAILY;COUNT=3", skip=True, now=late)) == [("01-07 17:00", "not_in_future")]


def test_hours_that_the_clocks_skip_are_left_out(coach: StaffMember) -> None:
    night = Hours(starts=time(2), ends=time(3), zone=BERLIN)

    series = _publish(coach, "FREQ=DAILY;COUNT=3", skip=True, hours=night, first_day=date(2030, 3, 30))

    assert _days(series) == ["03-30", "04-01"]
    assert _skipped(series) == [("03-31 01:00", "no_such_hours")]


def test_events_that_a_clock_change_makes_overlap_are_not_both_published(coach: StaffMember) -> None:
    """From 03:00 to 02:30 of the next day: in the night that has no 02:30, one ends after the next has begun."""
    nearly_a_day = Hours(starts=time(3), ends=time(2, 30), zone=BERLIN)

    series = _publish(coach, "FREQ=DAILY;COUNT=3", skip=True, hours=nearly_a_day, first_day=date(2030, 3, 30))

    assert _days(series) == ["03-30", "04-01"]
    assert _skipped(series) == [("03-31 01:00", "coach_busy")]


def test_a_slot_that_exists_gets_more_events(coach: StaffMember) -> None:
    first = _publish(coach, "FREQ=DAILY;COUNT=2")
    slot_id = first.events[0].time_slot_id

    more = _publish(coach, "FREQ=DAILY;COUNT=4", skip=True, slot_id=slot_id)

    assert _days(more) == ["01-09", "01-10"]
    assert TimeSlot.objects.get().events.count() == 4


def test_a_preview_tells_the_same_and_leaves_nothing_behind(coach: StaffMember) -> None:
    _single(coach, date(2030, 1, 8))
    before = _state()

    preview = preview_series(**_wanted(coach, "FREQ=DAILY;COUNT=3"))

    assert _state() == before
    series = _publish(coach, "FREQ=DAILY;COUNT=3", skip=True)
    assert (_days(preview), _skipped(preview)) == (_days(series), _skipped(series))


def test_a_rule_that_leaves_the_first_day_out_is_refused(coach: StaffMember) -> None:
    with pytest.raises(InvalidRuleError, match="2030-01-08"):
        _publish(coach, "FREQ=WEEKLY;BYDAY=TU;COUNT=3")
    assert _state() == (0, 0, 0)


@pytest.mark.parametrize("days", [1, 10, 730])
def test_however_many_days_the_statements_are_as_many(coach: StaffMember, days: int) -> None:
    with CaptureQueriesContext(connection) as queries:
        _publish(coach, f"FREQ=DAILY;COUNT={days}")

    assert len(queries) == STATEMENTS
    assert Event.objects.count() == days
