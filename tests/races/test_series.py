"""Series of a coach's events against each other, against single events and against bookings of the coach, by real
threads, with and without what guards them."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from threading import Barrier
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction

from bookings.models import Event
from bookings.rules.events import EventStatus, Hours, Terms
from bookings.services.publish_event import publish_event
from bookings.services.publish_series import OnConflict, publish_series
from scheduling.models import Reservation, StaffMember
from scheduling.public import reserve_each
from scheduling.rules.recurrence import parse
from tenants.context import use
from tests.support import cast
from tests.support.committed import at_once
from tests.support.database import owner_connection

ROUNDS, DAYS = 5, 60
FIRST = date(2030, 1, 7)
NOW = cast.MONDAY - timedelta(days=7)
EVENING = Hours(starts=time(15), ends=time(16, 30), zone=ZoneInfo("UTC"))
LATER = Hours(starts=time(16), ends=time(17), zone=ZoneInfo("UTC"))


def test_of_two_series_of_one_coach_one_is_published_whole_and_the_other_not_at_all(tenant: Any) -> None:
    for number in range(ROUNDS):
        coach = _coach(tenant, number)
        # Each has taken some of its days before it comes to one that both want.
        said = at_once(tenant, _series(coach, FIRST, EVENING), _series(coach, FIRST + timedelta(days=30), LATER))
        assert sorted(said) == ["60", "series_conflict"]
        assert _broken(tenant, coach) == []
        assert _events(tenant, coach) == DAYS


def test_of_two_series_that_skip_each_day_belongs_to_one_of_them_and_both_are_told(tenant: Any) -> None:
    for number in range(ROUNDS):
        coach = _coach(tenant, number)
        said = at_once(
            tenant,
            _series(coach, FIRST, EVENING, OnConflict.SKIP),
            _series(coach, FIRST + timedelta(days=30), LATER, OnConflict.SKIP),
        )
        assert sorted(said) == ["30", "60"]
        assert _broken(tenant, coach) == []


def test_a_series_against_single_events_and_a_booking_of_the_coach(tenant: Any) -> None:
    for number in range(ROUNDS):
        coach = _coach(tenant, number)
        said, *others = at_once(
            tenant,
            _series(coach, FIRST, EVENING, OnConflict.SKIP),
            _event(coach, FIRST + timedelta(days=40)),
            _event(coach, FIRST + timedelta(days=20)),
            _booking(tenant, coach, number, FIRST + timedelta(days=10)),
        )
        won = [other for other in others if other in {"event", "booking"}]
        assert int(said) + len(won) == DAYS
        assert set(others) - set(won) <= {"coach_busy"}
        assert _broken(tenant, coach) == []


def test_without_the_constraint_the_coach_is_in_two_events_at_once(
    database: str, tenant: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with owner_connection(database) as connection:
        connection.execute(
            f'ALTER TABLE "{tenant.schema_name}".scheduling_reservation DROP CONSTRAINT reservation_no_overlap'
        )
    coach = _coach(tenant, 0)
    _all_at_the_ledger(monkeypatch)

    said = at_once(tenant, _series(coach, FIRST, EVENING), _series(coach, FIRST, LATER))

    assert said == ["60", "60"]
    assert _broken(tenant, coach)


def test_event_by_event_and_in_no_order_they_wait_for_each_other_in_a_circle(tenant: Any) -> None:
    """What one statement in the order of time keeps away."""
    coach = _coach(tenant, 0)
    took_one = Barrier(2)

    def one_by_one(*days: int) -> Callable[[], str]:
        def run() -> str:
            with transaction.atomic():
                _event(coach, FIRST + timedelta(days=days[0]))()
                took_one.wait(timeout=30)
                return _event(coach, FIRST + timedelta(days=days[1]))()

        return run

    assert {"40P01", "55P03"} & set(at_once(tenant, one_by_one(1, 2), one_by_one(2, 1)))


def _all_at_the_ledger(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both come to the ledger at the same moment."""
    ready = Barrier(2)

    def together(**options: Any) -> Any:
        ready.wait(timeout=30)
        return reserve_each(**options)

    monkeypatch.setattr("bookings.services.publish_series.reserve_each", together)


def _coach(tenant: Any, number: int) -> StaffMember:
    with use(tenant):
        coach = cast.make_coach(f"Coach{number}")
        cast.make_office_hour(coach, horizon_days=730)
        return coach


def _series(
    coach: StaffMember, first: date, hours: Hours, on_conflict: OnConflict = OnConflict.FAIL
) -> Callable[[], str]:
    def run() -> str:
        series = publish_series(
            coach=coach,
            brand_id=cast.main_brand().pk,
            hours=hours,
            terms=Terms(),
            first_day=first,
            rule=parse(f"FREQ=DAILY;COUNT={DAYS}"),
            on_conflict=on_conflict,
            now=NOW,
        )
        assert len(series.events) + len(series.skipped) == DAYS
        return str(len(series.events))

    return run


def _event(coach: StaffMember, day: date) -> Callable[[], str]:
    def run() -> str:
        brand_id = cast.main_brand().pk
        publish_event(coach=coach, brand_id=brand_id, hours=EVENING, terms=Terms(), day=day, now=NOW, slot_id=None)
        return "event"

    return run


def _booking(tenant: Any, coach: StaffMember, number: int, day: date) -> Callable[[], str]:
    with use(tenant):
        client = cast.make_client(f"Client{number}")

    def run() -> str:
        cast.make_booking(coach, client, slot_at=datetime.combine(day, time(15), NOW.tzinfo), now=NOW)
        return "booking"

    return run


def _events(tenant: Any, coach: StaffMember) -> int:
    with use(tenant):
        return Event.objects.filter(coach=coach, status=EventStatus.SCHEDULED).count()


def _broken(tenant: Any, coach: StaffMember) -> list[str]:
    """What is not as it must be: time that is taken twice, and events that don't hold theirs."""
    with use(tenant):
        taken = Reservation.objects.filter(resource=coach.resource_id, active=True)
        spans = sorted((one.during.lower, one.during.upper) for one in taken)
        held = {(one.subject_id, one.during.lower, one.during.upper) for one in taken if one.subject_kind == "event"}
        events = set(Event.objects.filter(coach=coach).values_list("pk", "starts_at", "ends_at"))
    found = [f"{after[0]} is taken twice" for before, after in pairwise(spans) if after[0] < before[1]]
    return found + [f"{one} does not hold its time" for one in events ^ held]
