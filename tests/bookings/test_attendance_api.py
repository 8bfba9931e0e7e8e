"""POST /v1/bookings/{id}/complete and /no-show: said by the coach, once the booking has begun."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine

from bookings.models import CoachBooking
from bookings.services.record_attendance import record_attendance
from notifications.models import Message, Rule
from scheduling.models import Client, StaffMember
from tests.support import cast
from tests.support.http import Rest

SLOT = cast.tomorrow_at(9)
STEPS = pytest.mark.parametrize(("step", "status"), [("complete", "completed"), ("no-show", "no_show")])


@pytest.fixture
def booking(coach: StaffMember, patient: Client) -> CoachBooking:
    cast.make_office_hour(coach)
    return cast.make_booking(coach, patient, slot_at=SLOT)


def _say(north: Any, booking: CoachBooking, step: str, who: Any = None, *, at: Any = SLOT, **headers: str) -> Any:
    """Said by a person with their own token, or by a service that names nobody."""
    with time_machine.travel(at, tick=False):
        token = cast.make_token(user=cast.make_user(who)) if who else cast.make_token(scopes=["manage:bookings"])
        return Rest(north, token).post(f"/v1/bookings/{booking.pk}/{step}", headers=headers)


@STEPS
def test_the_coach_says_it(north: Any, booking: CoachBooking, coach: StaffMember, step: str, status: str) -> None:
    answer = _say(north, booking, step, coach)

    assert (answer.status_code, answer["ETag"], answer.json()["status"]) == (200, '"2"', status)
    booking.refresh_from_db()
    assert booking.status == status


@STEPS
def test_a_service_that_manages_bookings_says_it(north: Any, booking: CoachBooking, step: str, status: str) -> None:
    assert _say(north, booking, step).json()["status"] == status


@STEPS
def test_the_client_does_not(north: Any, booking: CoachBooking, patient: Client, step: str, status: str) -> None:
    answer = _say(north, booking, step, patient)

    assert (answer.status_code, answer.json()["error"]) == (403, "not_the_coach")
    booking.refresh_from_db()
    assert booking.status != status


@STEPS
def test_nor_another_coach(north: Any, booking: CoachBooking, step: str, status: str) -> None:
    answer = _say(north, booking, step, cast.make_coach("Eve Coach"))

    assert (answer.status_code, answer.json()["error"]) == (403, "foreign_booking")
    booking.refresh_from_db()
    assert booking.status != status


@STEPS
def test_not_before_it_has_begun(north: Any, booking: CoachBooking, coach: StaffMember, step: str, status: str) -> None:
    answer = _say(north, booking, step, coach, at=SLOT - timedelta(seconds=1))

    assert (answer.status_code, answer.json()["error"]) == (412, "not_over_yet")
    booking.refresh_from_db()
    assert booking.status != status


@STEPS
def test_not_twice_and_not_of_another_version(north: Any, booking: CoachBooking, step: str, status: str) -> None:
    stale = _say(north, booking, step, **{"If-Match": '"9"'})
    assert (stale.status_code, stale.json()["error"]) == (412, "version_mismatch")

    assert _say(north, booking, step).json()["status"] == status
    again = _say(north, booking, step)
    assert (again.status_code, again.json()["error"]) == (412, "forbidden_step")


@STEPS
def test_whom_a_rule_names_is_told(north: Any, booking: CoachBooking, step: str, status: str) -> None:
    Rule.objects.create(event=status)

    _say(north, booking, step)

    assert Message.objects.get(event=status).recipient_id == booking.client.person_id


@STEPS
def test_it_costs_so_many_statements(
    booking: CoachBooking, django_assert_num_queries: Any, step: str, status: str
) -> None:
    # Savepoint and its release; the booking, read and written; what is dropped, the rules.
    with django_assert_num_queries(7):
        record_attendance(booking=booking, came=step == "complete", now=SLOT)
    booking.refresh_from_db()
    assert booking.status == status
