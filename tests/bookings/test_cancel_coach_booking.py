"""DELETE /v1/bookings/{id} (loop.yaml): who cancels what, until when, and what it frees."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from oauth2_provider.models import get_access_token_model

from bookings.models import CoachBooking
from bookings.services.cancel_coach_booking import cancel_coach_booking
from bookings.services.record_attendance import record_attendance
from notifications.models import Message
from scheduling.models import Client, Reservation, StaffMember
from tests.support import cast
from tests.support.http import Rest

SLOT = cast.tomorrow_at(9)
HOUR = timedelta(hours=1)


@pytest.fixture
def booking(coach: StaffMember, patient: Client) -> CoachBooking:
    cast.make_office_hour(coach)
    return cast.make_booking(coach, patient, slot_at=SLOT)


def _cancel(rest: Rest, booking: CoachBooking, named: object = None) -> Any:
    return rest.delete(f"/v1/bookings/{booking.pk}", headers={} if named is None else {"X-Current-User-Id": str(named)})


def _said(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]


def test_the_patient_cancels_and_gets_the_booking_back(
    as_patient: Rest, booking: CoachBooking, patient: Client
) -> None:
    answer = _cancel(as_patient, booking)

    assert answer.status_code == 200
    assert answer.json() == {
        "id": str(booking.pk),
        "office_hour_id": str(booking.office_hour_id),
        "patient_id": str(patient.person_id),
        "slot_at": SLOT.isoformat().replace("+00:00", "Z"),
        "duration_minutes": 30,
        "status": "cancelled",
        "notes": None,
        "created_at": booking.created_at.isoformat().replace("+00:00", "Z"),
    }
    booking.refresh_from_db()
    assert booking.cancelled_at is not None
    assert (booking.version, booking.schedule_version) == (2, 1)


def test_the_coach_cancels(as_coach: Rest, booking: CoachBooking) -> None:
    assert _cancel(as_coach, booking).json()["status"] == "cancelled"


def test_a_service_that_manages_bookings_cancels(north: Any, booking: CoachBooking) -> None:
    service = Rest(north, cast.make_token(scopes=["manage:bookings"]))

    assert _cancel(service, booking).json()["status"] == "cancelled"


@pytest.mark.parametrize("who", ["patient", "coach"])
def test_a_service_cancels_for_the_person_it_names(
    north: Any, booking: CoachBooking, coach: StaffMember, patient: Client, who: str
) -> None:
    service = Rest(north, cast.make_token(scopes=["write:bookings", "act-as"]))

    answer = _cancel(service, booking, (patient if who == "patient" else coach).person_id)

    assert answer.json()["status"] == "cancelled"


def test_another_client_may_not_cancel(north: Any, booking: CoachBooking) -> None:
    carol = Rest(north, cast.make_token(user=cast.make_user(cast.make_client("Carol Client"))))

    assert _said(_cancel(carol, booking)) == (403, "foreign_booking")
    booking.refresh_from_db()
    assert booking.status == "booked"


def test_another_coach_may_not_cancel(north: Any, booking: CoachBooking) -> None:
    eve = Rest(north, cast.make_token(user=cast.make_user(cast.make_coach("Eve Coach"))))

    assert _said(_cancel(eve, booking)) == (403, "foreign_booking")


def test_a_user_is_no_service_even_with_its_scope(north: Any, booking: CoachBooking) -> None:
    user = cast.make_user(cast.make_client("Carol Client"))
    token = cast.make_token(user=user, scopes=["read:bookings"])
    get_access_token_model().objects.update(scope="manage:bookings")

    assert _said(_cancel(Rest(north, token), booking)) == (403, "insufficient_scope")


def test_a_service_that_names_an_outsider_may_not_cancel(as_service: Rest, booking: CoachBooking) -> None:
    carol = cast.make_client("Carol Client")

    assert _said(_cancel(as_service, booking, carol.person_id)) == (403, "foreign_booking")


def test_a_service_that_names_nobody_needs_to_manage_bookings(north: Any, booking: CoachBooking) -> None:
    service = Rest(north, cast.make_token(scopes=["write:bookings", "act-as"]))

    assert _said(_cancel(service, booking)) == (403, "foreign_booking")


def test_naming_somebody_needs_the_scope_act_as(north: Any, booking: CoachBooking, patient: Client) -> None:
    service = Rest(north, cast.make_token(scopes=["write:bookings", "manage:bookings"]))

    answer = _cancel(service, booking, patient.person_id)

    assert _said(answer) == (403, "insufficient_scope")
    assert 'scope="act-as"' in answer["WWW-Authenticate"]


def test_cancelling_needs_a_scope(north: Any, booking: CoachBooking, patient: Client) -> None:
    answer = _cancel(Rest(north, cast.make_token(user=cast.make_user(patient), scopes=["read:bookings"])), booking)

    assert _said(answer) == (403, "insufficient_scope")
    assert 'scope="manage:bookings or write:bookings"' in answer["WWW-Authenticate"]


def test_a_booking_of_another_brand_may_not_be_cancelled(north: Any, booking: CoachBooking) -> None:
    kids = Rest(north, cast.make_token(brand=cast.make_brand()))

    assert _said(_cancel(kids, booking)) == (403, "foreign_booking")
    booking.refresh_from_db()
    assert booking.status == "booked"


@pytest.mark.parametrize("booking_id", ["00000000-0000-4000-8000-000000000000", "1", "me2", "x" * 300, "%00"])
def test_an_unknown_booking_is_not_found(as_service: Rest, booking_id: str) -> None:
    assert _said(as_service.delete(f"/v1/bookings/{booking_id}")) == (404, "booking_not_found")


def test_a_second_cancel_is_refused(as_patient: Rest, booking: CoachBooking) -> None:
    _cancel(as_patient, booking)

    answer = _cancel(as_patient, booking)

    assert _said(answer) == (412, "not_cancellable")
    assert "it is cancelled." in answer.json()["message"]
    booking.refresh_from_db()
    assert booking.version == 2


@pytest.mark.parametrize(("came", "status"), [(True, "completed"), (False, "no_show")])
def test_what_has_ended_is_not_cancelled(as_service: Rest, booking: CoachBooking, came: bool, status: str) -> None:  # noqa: FBT001
    record_attendance(booking=booking, came=came, now=SLOT)

    answer = _cancel(as_service, booking)

    assert _said(answer) == (412, "not_cancellable")
    assert status in answer.json()["message"]


def test_once_it_has_begun_the_patient_cancels_no_more_and_the_coach_still_does(
    north: Any, booking: CoachBooking, coach: StaffMember, patient: Client
) -> None:
    with time_machine.travel(SLOT, tick=False):
        token = cast.make_token()
        by_patient = _cancel(Rest(north, token), booking, patient.person_id)
        by_coach = _cancel(Rest(north, token), booking, coach.person_id)

    assert _said(by_patient) == (412, "not_cancellable")
    assert "has begun" in by_patient.json()["message"]
    assert by_coach.json()["status"] == "cancelled"


def test_the_time_is_free_again(north: Any, as_patient: Rest, booking: CoachBooking, coach: StaffMember) -> None:
    carol = Rest(north, cast.make_token(user=cast.make_user(cast.make_client("Carol Client"))))
    wanted = {"slot_at": SLOT.isoformat()}
    assert carol.post(f"/v1/coaches/{coach.person_id}/bookings", wanted).status_code == 409

    _cancel(as_patient, booking)

    assert not Reservation.objects.filter(active=True).exists()
    assert carol.post(f"/v1/coaches/{coach.person_id}/bookings", wanted).status_code == 201


def test_the_confirmation_is_dropped_and_the_cancellation_planned(as_patient: Rest, booking: CoachBooking) -> None:
    _cancel(as_patient, booking)

    confirmation = Message.objects.get(subject_id=booking.pk, event="booked")
    cancellation = Message.objects.get(subject_id=booking.pk, event="cancelled")
    assert (confirmation.state, confirmation.reason) == ("superseded", "The booking was cancelled.")
    assert (cancellation.state, cancellation.schedule_version) == ("planned", 1)
    assert cancellation.recipient_id == confirmation.recipient_id


def test_a_confirmation_that_was_sent_stays_sent(as_patient: Rest, booking: CoachBooking) -> None:
    Message.objects.filter(subject_id=booking.pk).update(state="sent", sent_at=SLOT - HOUR)

    _cancel(as_patient, booking)

    assert Message.objects.get(subject_id=booking.pk, event="booked").state == "sent"


def test_a_refused_cancel_plans_nothing(as_patient: Rest, booking: CoachBooking) -> None:
    cancel_coach_booking(booking=booking, reason="", as_staff=True, now=SLOT - HOUR)
    before = Message.objects.count()

    _cancel(as_patient, booking)

    assert Message.objects.count() == before
