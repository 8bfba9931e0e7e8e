"""The states of a coach booking, as pure decisions."""

from datetime import timedelta

import pytest

from bookings.rules.coach_booking import Status, may_cancel, may_step
from tests.support.cast import MONDAY

_MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize("to", [Status.CANCELLED, Status.COMPLETED, Status.NO_SHOW])
def test_a_booking_that_stands_may_end_in_each_way(to: Status) -> None:
    assert may_step(Status.BOOKED, to)


@pytest.mark.parametrize("status", [Status.CANCELLED, Status.COMPLETED, Status.NO_SHOW])
@pytest.mark.parametrize("to", list(Status))
def test_what_has_ended_stays_as_it_is(status: Status, to: Status) -> None:
    assert not may_step(status, to)


def test_nothing_becomes_booked_again() -> None:
    assert not any(may_step(status, Status.BOOKED) for status in Status)


def test_a_client_cancels_until_the_start() -> None:
    assert may_cancel(Status.BOOKED, starts_at=MONDAY, now=MONDAY - _MINUTE, as_staff=False)
    assert not may_cancel(Status.BOOKED, starts_at=MONDAY, now=MONDAY, as_staff=False)


def test_staff_cancels_as_long_as_the_booking_stands() -> None:
    assert may_cancel(Status.BOOKED, starts_at=MONDAY, now=MONDAY + _MINUTE, as_staff=True)


@pytest.mark.parametrize("status", [Status.CANCELLED, Status.COMPLETED, Status.NO_SHOW])
@pytest.mark.parametrize("as_staff", [True, False])
def test_nobody_cancels_what_has_ended(status: Status, as_staff: bool) -> None:  # noqa: FBT001
    assert not may_cancel(status, starts_at=MONDAY, now=MONDAY - _MINUTE, as_staff=as_staff)
