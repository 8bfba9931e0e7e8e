"""loop.yaml: createCoachBooking, listMyCoachBookings, cancelCoachBooking, createOfficeHour."""

from functools import partial
from typing import Any

import pytest

from scheduling.models import Client, StaffMember
from tests.contracts.schema import assert_in_contract
from tests.support import cast
from tests.support.http import Rest

WEEKLY = {"weekdays": [1], "start_time": "09:00", "end_time": "12:00"}

booking_answer = partial(assert_in_contract, family="loop", operation="createCoachBooking")
list_answer = partial(assert_in_contract, family="loop", operation="listMyCoachBookings")
cancel_answer = partial(assert_in_contract, family="loop", operation="cancelCoachBooking")
office_hour_answer = partial(assert_in_contract, family="loop", operation="createOfficeHour")


def _book(rest: Rest, coach: StaffMember, **body: Any) -> Any:
    return rest.post(f"/v1/coaches/{coach.person_id}/bookings", {"slot_at": cast.tomorrow_at(9).isoformat(), **body})


@pytest.mark.parametrize("notes", [{}, {"notes": "Hello"}, {"notes": None}])
def test_booking_201(as_patient: Rest, coach: StaffMember, notes: dict[str, Any]) -> None:
    booking_answer(_book(as_patient, coach, **notes), status=201)


def test_booking_400(as_patient: Rest, coach: StaffMember) -> None:
    booking_answer(_book(as_patient, coach, slot_at="tomorrow"), status=400)
    booking_answer(as_patient.request("POST", f"/v1/coaches/{coach.person_id}/bookings", raw=b"{"), status=400)


def test_booking_401(north: Any, as_nobody: Rest, coach: StaffMember) -> None:
    missing, wrong = _book(as_nobody, coach), _book(Rest(north, "wrong"), coach)

    for answer, code in ((missing, "unauthenticated"), (wrong, "invalid_token")):
        booking_answer(answer, status=401)
        assert answer.json()["error"] == code
        assert answer.json()["error_description"]
        assert answer["WWW-Authenticate"].startswith("Bearer")


def test_booking_403(north: Any, of_kids: Rest, coach: StaffMember) -> None:
    booking_answer(_book(of_kids, coach), status=403)
    without_scope = _book(Rest(north, cast.make_token(scopes=["read:bookings"])), coach)
    booking_answer(without_scope, status=403)
    assert without_scope.json()["error"] == "insufficient_scope"


def test_booking_404(as_patient: Rest, as_service: Rest, coach: StaffMember) -> None:
    no_patient = _book(as_service, coach)
    no_office_hour = _book(as_patient, coach, slot_at=cast.tomorrow_at(3).isoformat())
    no_coach = as_patient.post("/v1/coaches/nobody/bookings", {"slot_at": cast.tomorrow_at(9).isoformat()})

    for answer in (no_patient, no_office_hour, no_coach):
        booking_answer(answer, status=404)


def test_booking_409(as_patient: Rest, coach: StaffMember) -> None:
    _book(as_patient, coach)

    booking_answer(_book(as_patient, coach), status=409)


def test_booking_413(as_patient: Rest, coach: StaffMember) -> None:
    booking_answer(_book(as_patient, coach, notes="x" * (2**20 + 1)), status=413)


def test_booking_415(as_patient: Rest, coach: StaffMember) -> None:
    answer = as_patient.request(
        "POST", f"/v1/coaches/{coach.person_id}/bookings", raw=b"slot_at=1", content_type="text/plain"
    )

    booking_answer(answer, status=415)


def test_booking_422(as_patient: Rest, coach: StaffMember) -> None:
    as_patient.headers["Idempotency-Key"] = "once"
    booking_answer(_book(as_patient, coach), status=201)

    booking_answer(_book(as_patient, coach, notes="Something else"), status=422)


def test_a_replayed_booking_is_the_first_answer(as_patient: Rest, coach: StaffMember) -> None:
    as_patient.headers["Idempotency-Key"] = "once"
    first, second = _book(as_patient, coach), _book(as_patient, coach)

    booking_answer(second, status=201)
    assert second.content == first.content


def test_list_200(as_patient: Rest, coach: StaffMember, patient: Client) -> None:
    list_answer(as_patient.get("/v1/bookings/me"), status=200)
    cast.make_booking(coach, patient, slot_at=cast.tomorrow_at(9))

    answer = as_patient.get("/v1/bookings/me")

    list_answer(answer, status=200)
    assert len(answer.json()["bookings"]) == 1


def test_list_401(as_nobody: Rest) -> None:
    list_answer(as_nobody.get("/v1/bookings/me"), status=401)


def test_list_403(north: Any) -> None:
    list_answer(Rest(north, cast.make_token(scopes=[])).get("/v1/bookings/me"), status=403)


def test_list_404(as_service: Rest) -> None:
    list_answer(as_service.get("/v1/bookings/me"), status=404)


@pytest.fixture
def path(coach: StaffMember, patient: Client) -> str:
    return f"/v1/bookings/{cast.make_booking(coach, patient, slot_at=cast.tomorrow_at(9)).pk}"


def test_cancel_200(as_patient: Rest, path: str) -> None:
    cancel_answer(as_patient.delete(path), status=200)


def test_cancel_401(as_nobody: Rest, path: str) -> None:
    cancel_answer(as_nobody.delete(path), status=401)


def test_cancel_403(north: Any, of_kids: Rest, path: str) -> None:
    carol = Rest(north, cast.make_token(user=cast.make_user(cast.make_client("Carol Client"))))

    cancel_answer(carol.delete(path), status=403)
    cancel_answer(of_kids.delete(path), status=403)


@pytest.mark.parametrize("booking_id", ["00000000-0000-4000-8000-000000000000", "not-an-id"])
def test_cancel_404(as_patient: Rest, booking_id: str) -> None:
    cancel_answer(as_patient.delete(f"/v1/bookings/{booking_id}"), status=404)


def test_cancel_412(as_patient: Rest, path: str) -> None:
    as_patient.delete(path)

    cancel_answer(as_patient.delete(path), status=412)


def test_office_hour_201(as_service: Rest, coach: StaffMember) -> None:
    answer = as_service.post(f"/v1/coaches/{coach.person_id}/office-hours", WEEKLY)

    office_hour_answer(answer, status=201)
    assert isinstance(answer.json()["id"], str)
    assert answer.json()["duration_minutes"] == 30


def test_office_hour_400(as_service: Rest, coach: StaffMember) -> None:
    office_hour_answer(as_service.post(f"/v1/coaches/{coach.person_id}/office-hours", {}), status=400)


def test_office_hour_401(as_nobody: Rest, coach: StaffMember) -> None:
    office_hour_answer(as_nobody.post(f"/v1/coaches/{coach.person_id}/office-hours", WEEKLY), status=401)


def test_office_hour_403(of_kids: Rest, as_patient: Rest, coach: StaffMember) -> None:
    office_hour_answer(of_kids.post(f"/v1/coaches/{coach.person_id}/office-hours", WEEKLY), status=403)
    office_hour_answer(as_patient.post(f"/v1/coaches/{coach.person_id}/office-hours", WEEKLY), status=403)
