"""X-Current-User-Id: for whom a booking is made."""

from typing import Any
from uuid import uuid4

import pytest

from bookings.models import CoachBooking
from scheduling.models import Client, StaffMember
from tests.support import cast
from tests.support.http import Rest

HEADER = "X-Current-User-Id"


def _book(rest: Rest, coach: StaffMember, named: object = None) -> Any:
    return rest.post(
        f"/v1/coaches/{coach.person_id}/bookings",
        {"slot_at": cast.tomorrow_at(9).isoformat()},
        headers={} if named is None else {HEADER: str(named)},
    )


@pytest.fixture(autouse=True)
def _office_hour(coach: StaffMember) -> None:
    cast.make_office_hour(coach)


def test_a_service_books_for_the_person_it_names(as_service: Rest, coach: StaffMember, patient: Client) -> None:
    answer = _book(as_service, coach, patient.person_id)

    assert answer.status_code == 201
    assert answer.json()["patient_id"] == str(patient.person_id)
    assert CoachBooking.objects.get().client == patient


def test_a_service_that_names_nobody_is_no_patient(as_service: Rest, coach: StaffMember) -> None:
    answer = _book(as_service, coach)

    assert (answer.status_code, answer.json()["error"]) == (404, "patient_not_found")


@pytest.mark.parametrize("named", ["00000000-0000-4000-8000-000000000000", "staff"])
def test_a_service_that_names_no_client_is_told_so(as_service: Rest, coach: StaffMember, named: str) -> None:
    answer = _book(as_service, coach, coach.person_id if named == "staff" else named)

    assert (answer.status_code, answer.json()["error"]) == (404, "patient_not_found")


def test_naming_somebody_needs_the_scope_act_as(north: Any, coach: StaffMember, patient: Client) -> None:
    answer = _book(Rest(north, cast.make_token(scopes=["write:bookings"])), coach, patient.person_id)

    assert (answer.status_code, answer.json()["error"]) == (403, "insufficient_scope")
    assert answer["WWW-Authenticate"] == 'Bearer realm="api", error="insufficient_scope", scope="act-as"'
    assert not CoachBooking.objects.exists()


def test_a_user_may_name_themselves(as_patient: Rest, coach: StaffMember, patient: Client) -> None:
    assert _book(as_patient, coach, patient.person_id).status_code == 201


def test_a_user_may_not_name_another(north: Any, coach: StaffMember, patient: Client) -> None:
    carol = cast.make_client("Carol Client")
    token = cast.make_token(user=cast.make_user(carol), scopes=["write:bookings"])

    answer = _book(Rest(north, token), coach, patient.person_id)

    assert (answer.status_code, answer.json()["error"]) == (403, "acting_for_another")
    assert not CoachBooking.objects.exists()


@pytest.mark.parametrize("named", ["Bob", "1", "", "00000000-0000-0000-0000-00000000000g"])
def test_what_is_no_id_is_refused_by_name(as_service: Rest, coach: StaffMember, named: str) -> None:
    answer = _book(as_service, coach, named)

    assert (answer.status_code, answer.json()["error"]) == (400, "validation_error")
    assert HEADER in answer.json()["message"]


def test_a_header_that_was_sent_twice_is_refused(as_service: Rest, coach: StaffMember, patient: Client) -> None:
    answer = _book(as_service, coach, f"{patient.person_id}, {uuid4()}")

    assert (answer.status_code, answer.json()["error"]) == (400, "repeated_header")
