"""What is read of reservations and closures: the minutes of a frame that are taken, the days that are closed."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from scheduling.models import Closure, Location, Reservation, Resource
from scheduling.rules.intervals import Period
from scheduling.rules.ledger import Subject
from scheduling.rules.minutes import Frame
from scheduling.selectors.calendars import calendars
from scheduling.services.ledger import release, reserve
from tests.scheduling.availability.sets import runs
from tests.scheduling.ledger import make_resource, some
from tests.support import cast

NINE = datetime(2030, 1, 7, 9, tzinfo=UTC)
FRAME = Frame.around(Period(NINE, NINE + timedelta(hours=3)), before=0, after=0)


def _take(room: int, starts: float, ends: float, **how: Any) -> Subject:
    """From so many minutes after nine on."""
    subject = some()
    period = Period(NINE + timedelta(minutes=starts), NINE + timedelta(minutes=ends))
    reserve(resource_ids=[room], period=period, subject=subject, now=NINE, **how)
    return subject


def _taken(room: int, *, but: Subject | None = None) -> list[tuple[int, int]]:
    found = calendars(resource_ids=[room], brand_id=cast.main_brand().pk, frame=FRAME, but=but)
    return list(runs(found[room].taken))


@pytest.mark.parametrize(
    ("starts", "ends", "expected"),
    [
        (30, 60, [(30, 60)]),
        (-60, 30, [(0, 30)]),
        (150, 300, [(150, 180)]),
        (-9999, 9999, [(0, 180)]),
        (-60, 0, []),
        (180, 240, []),
        # A minute that is taken in part is taken.
        (30.5, 60.5, [(30, 61)]),
        (-0.5, 0.5, [(0, 1)]),
    ],
)
def test_taken_minutes_of_a_frame(north: Any, starts: float, ends: float, expected: list[tuple[int, int]]) -> None:
    room = make_resource()
    _take(room, starts, ends)

    assert _taken(room) == expected


def test_all_that_counts_and_nothing_else(north: Any) -> None:
    room, other = make_resource(), make_resource()
    _take(room, -30, 10)
    _take(room, 20, 30)
    moved = _take(room, 30, 40)
    _take(room, 20, 50, overbook=True, reason="An emergency")
    _take(other, 60, 90)
    release(subject=_take(room, 100, 110))
    _take(room, 120, 130, holds_for=timedelta(minutes=10))
    expired = _take(room, 140, 150, holds_for=timedelta(minutes=10))
    Reservation.objects.filter(subject_id=expired.id).update(expires_at=NINE - timedelta(days=9999))

    assert _taken(room) == [(0, 10), (20, 50), (120, 130)]
    # The overbooked time lies beside it.
    assert _taken(room, but=moved) == [(0, 10), (20, 50), (120, 130)]
    assert _taken(other) == [(60, 90)]


def test_the_time_of_what_is_to_be_moved_is_free(north: Any) -> None:
    room = make_resource()
    moved = _take(room, 20, 50)

    assert _taken(room) == [(20, 50)]
    assert _taken(room, but=moved) == []


def test_two_that_meet_within_a_minute(north: Any) -> None:
    room = make_resource()
    _take(room, 20, 30.25)
    _take(room, 30.5, 40)
    _take(room, 40, 41)

    assert _taken(room) == [(20, 41)]


def test_closures_of_tenant_brand_and_location(north: Any) -> None:
    kids = cast.make_brand("kids")
    here, there = Location.objects.create(name="Here"), Location.objects.create(name="There")
    room = Resource.objects.create(kind=Resource.Kind.ROOM, name="Room", location=here).pk
    free = make_resource()
    wheres: list[dict[str, Any]] = [{}, {"brand": kids}, {"location": here}, {"location": there}]
    for number, where in enumerate(wheres):
        day = date(2030, 1, 7) + timedelta(days=number % 2)
        Closure.objects.create(name=str(number), starts_on=day, ends_on=date(2030, 1, 9), **where)
    Closure.objects.create(name="Past", starts_on=date(2029, 1, 7), ends_on=date(2030, 1, 4))

    found = calendars(resource_ids=[room, free], brand_id=kids.pk, frame=FRAME)
    of_another_brand = calendars(resource_ids=[free], brand_id=cast.main_brand().pk, frame=FRAME)

    day = date(2030, 1, 7)
    assert sorted(found[room].closed) == [(day, date(2030, 1, 9))] * 2 + [(date(2030, 1, 8), date(2030, 1, 9))]
    assert sorted(found[free].closed) == [(day, date(2030, 1, 9)), (date(2030, 1, 8), date(2030, 1, 9))]
    assert of_another_brand[free].closed == [(day, date(2030, 1, 9))]


@pytest.mark.parametrize("number", [1, 5])
def test_one_statement_however_many_resources(north: Any, number: int) -> None:
    rooms = [make_resource() for _ in range(number)]
    brand_id = cast.main_brand().pk

    with CaptureQueriesContext(connection) as captured:
        calendars(resource_ids=rooms, brand_id=brand_id, frame=FRAME)

    assert len(captured) == 1
