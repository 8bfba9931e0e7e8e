"""Saying that a booking took place, or that the client did not come."""

from datetime import timedelta

import pytest

from bookings.errors import NotInThatStateError, NotOverYetError
from bookings.models import CoachBooking
from bookings.services.cancel_coach_booking import cancel_coach_booking
from bookings.services.record_attendance import record_attendance
from scheduling.models import Client, Reservation, StaffMember
from tenants.errors import Kind
from tests.support import cast

SLOT = cast.MONDAY + timedelta(hours=1)


@pytest.fixture
def booking(coach: StaffMember, patient: Client) -> CoachBooking:
    cast.make_office_hour(coach)
    return cast.make_booking(coach, patient, slot_at=SLOT)


@pytest.mark.parametrize(("came", "status"), [(True, "completed"), (False, "no_show")])
def test_once_it_has_begun_it_is_said_what_became_of_it(booking: CoachBooking, came: bool, status: str) -> None:  # noqa: FBT001
    changed = record_attendance(booking=booking, came=came, now=SLOT)

    booking.refresh_from_db()
    assert changed.status == booking.status == status
    assert (booking.version, booking.schedule_version) == (2, 1)
    assert Reservation.objects.get(subject_id=booking.pk).active


def test_before_it_has_begun_nothing_can_be_said(booking: CoachBooking) -> None:
    with pytest.raises(NotOverYetError) as refusal:
        record_attendance(booking=booking, came=True, now=SLOT - timedelta(seconds=1))

    assert (refusal.value.code, refusal.value.kind) == ("not_over_yet", Kind.STATE)
    booking.refresh_from_db()
    assert booking.status == "booked"


def test_what_was_cancelled_did_not_take_place(booking: CoachBooking) -> None:
    cancel_coach_booking(booking=booking, reason="", as_staff=True, now=SLOT)

    with pytest.raises(NotInThatStateError, match="cancelled can't become completed") as refusal:
        record_attendance(booking=booking, came=True, now=SLOT)

    assert (refusal.value.code, refusal.value.kind) == ("forbidden_step", Kind.STATE)


def test_what_was_said_is_not_changed(booking: CoachBooking) -> None:
    record_attendance(booking=booking, came=True, now=SLOT)

    with pytest.raises(NotInThatStateError):
        record_attendance(booking=booking, came=False, now=SLOT)
