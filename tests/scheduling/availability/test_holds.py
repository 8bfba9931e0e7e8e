"""Holds: kept for a while, few for each holder, and booked."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext

from scheduling import errors
from scheduling.models import Hold, Reservation, Service
from scheduling.rules.intervals import Period
from scheduling.services.confirm_hold import HoldMismatchError, HoldNotFoundError, reserve_held
from scheduling.services.hold_time import TooManyHoldsError, forget_expired_holds, hold_time, release_hold
from tests.scheduling.availability.scene import NOW, at, make_service, make_worker, offers
from tests.scheduling.ledger import held, some

TEN = timedelta(minutes=10)


@pytest.fixture
def service(north: Any) -> Service:
    make_worker()
    return make_service()


def _hold(service: Service, hour: float, *, holder: str = "person:ada", places: int = 2) -> Hold:
    return hold_time(
        offers=offers(service), brand_id=service.brand_id, start=at(hour), holder=holder, places=places, lasts=TEN,
        now=NOW,
    )  # fmt: skip


def _expire(hold: Hold) -> None:
    for model, key in ((Hold, "pk"), (Reservation, "subject_id")):
        model.objects.filter(**{key: hold.pk}).update(expires_at=F("expires_at") - TEN)
    hold.refresh_from_db()


def _book(hold: Hold, *, starts: float = 9, ends: float = 10) -> Any:
    booking = some()
    reserve_held(
        hold=hold,
        resource_ids=[hold.staff_member.resource_id],
        period=Period(at(starts), at(ends)),
        subject=booking,
        now=NOW,
    )
    return booking


def test_a_hold_takes_its_time_until_it_expires(service: Service) -> None:
    hold = _hold(service, 9)

    assert hold.expires_at == Reservation.objects.get().expires_at
    assert (hold.starts_at, hold.duration_minutes, hold.service_id) == (at(9), 60, service.pk)
    with pytest.raises(errors.BusyError):
        _hold(service, 9, holder="person:bob")
    _expire(hold)
    assert _hold(service, 9, holder="person:bob").starts_at == at(9)


def test_each_holder_has_a_few_places(service: Service) -> None:
    first = _hold(service, 9)
    _hold(service, 10)
    with pytest.raises(TooManyHoldsError):
        _hold(service, 11)
    assert Reservation.objects.filter(active=True).count() == 2

    _hold(service, 11, holder="person:bob")
    release_hold(hold=first)
    _hold(service, 9)


def test_expired_holds_take_no_places(service: Service) -> None:
    for hour in (9, 10):
        _expire(_hold(service, hour))

    _hold(service, 11)

    assert Hold.objects.count() == 1
    assert Reservation.objects.filter(active=True).count() == 1


def test_the_hourly_round_removes_expired_holds_of_everybody(service: Service) -> None:
    living = _hold(service, 11)
    _expire(_hold(service, 9))
    _expire(_hold(service, 10, holder="person:bob"))

    assert forget_expired_holds() == 2

    assert Hold.objects.get() == living
    assert Reservation.objects.get().subject_id == living.pk


def test_a_released_hold_is_free_at_once(service: Service) -> None:
    release_hold(hold=_hold(service, 9))

    assert not Hold.objects.exists()
    _hold(service, 9, holder="person:bob")


def test_a_held_start_is_booked_and_its_place_is_free(service: Service) -> None:
    hold = _hold(service, 9)

    booking = _book(hold)

    assert held(hold.staff_member.resource_id) == [(9, 10, booking)]
    assert not Hold.objects.exists()


def test_a_hold_of_something_else_is_refused_and_kept(service: Service) -> None:
    hold = _hold(service, 9)

    with pytest.raises(HoldMismatchError):
        _book(hold, starts=10, ends=11)

    assert Hold.objects.get() == hold


def test_an_expired_hold_is_no_harm_while_the_time_is_free(service: Service) -> None:
    hold = _hold(service, 9)
    _expire(hold)

    booking = _book(hold)

    assert [subject for *_, subject in held(hold.staff_member.resource_id)] == [booking]


@pytest.mark.parametrize("lasts", [timedelta(0), timedelta(minutes=11)])
def test_a_hold_lasts_ten_minutes_at_most(service: Service, lasts: timedelta) -> None:
    with pytest.raises(ValueError, match="ten minutes"):
        hold_time(
            offers=[], brand_id=service.brand_id, start=at(9), holder="person:ada", places=1, lasts=lasts, now=NOW
        )


def test_who_has_no_place_left_is_told_so_at_once(service: Service) -> None:
    for hour in (9, 10):
        _hold(service, hour)

    with CaptureQueriesContext(connection) as captured, pytest.raises(TooManyHoldsError):
        _hold(service, 11)

    assert sum("INSERT INTO scheduling_hold" in query["sql"] for query in captured) == 1


def test_of_two_who_confirm_a_hold_the_second_is_told_that_it_is_gone(service: Service) -> None:
    hold = _hold(service, 9)
    _book(hold)

    with pytest.raises(HoldNotFoundError):
        _book(hold)
