"""Taking many periods of one resource with one statement."""

from datetime import timedelta
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from scheduling.rules.intervals import Period
from scheduling.rules.ledger import Subject
from scheduling.services.ledger import reserve, reserve_each
from tests.scheduling.ledger import active, held, hours, later, make_resource, some


def test_each_subject_gets_its_period(north: Any) -> None:
    room, one, two = make_resource(), some(), some()

    assert reserve_each(resource_id=room, wanted={two: hours(11, 12), one: hours(9, 10)}, now=later()) == set()

    assert held(room) == [(9, 10, one), (11, 12, two)]


def test_whose_period_is_taken_is_told_and_the_others_have_theirs(north: Any) -> None:
    room, holder, one, two = make_resource(), some(), some(), some()
    reserve(resource_ids=[room], period=hours(9, 10), subject=holder, now=later())

    refused = reserve_each(resource_id=room, wanted={one: hours(9.5, 10.5), two: hours(11, 12)}, now=later())

    assert refused == {one}
    assert held(room) == [(9, 10, holder), (11, 12, two)]


def test_of_periods_that_overlap_each_other_the_earlier_is_taken(north: Any) -> None:
    room, one, two = make_resource(), some(), some()

    assert reserve_each(resource_id=room, wanted={two: hours(9.5, 11), one: hours(9, 10)}, now=later()) == {two}

    assert held(room) == [(9, 10, one)]


def test_a_hold_that_has_expired_is_in_nobodys_way(north: Any) -> None:
    room, one, two = make_resource(), some(), some()
    for period, seconds in ((hours(9, 10), -1), (hours(11, 12), 60)):
        reserve(resource_ids=[room], period=period, subject=some(), now=later(), holds_for=timedelta(seconds=seconds))

    assert reserve_each(resource_id=room, wanted={one: hours(9, 10), two: hours(11, 12)}, now=later()) == {two}

    assert held(room)[0] == (9, 10, one)


def test_nothing_wanted_takes_nothing(north: Any) -> None:
    assert reserve_each(resource_id=make_resource(), wanted={}, now=later()) == set()


def test_two_statements_take_seven_hundred_periods(north: Any) -> None:
    room = make_resource()
    wanted: dict[Subject, Period] = {some(): hours(24 * day, 24 * day + 1) for day in range(730)}

    with CaptureQueriesContext(connection) as queries:
        assert reserve_each(resource_id=room, wanted=wanted, now=later()) == set()

    assert len(queries) == 2
    assert len(active(room)) == 730
