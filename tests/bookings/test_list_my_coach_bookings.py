"""GET /v1/bookings/me (loop.yaml): the caller's own bookings."""

from datetime import timedelta
from typing import Any

import pytest

from bookings.services.book_coach import book_coach
from bookings.services.cancel_coach_booking import cancel_coach_booking
from bookings.services.publish_office_hour import OfficeHourData, publish_office_hour
from scheduling.models import Client, StaffMember
from tests.support import cast
from tests.support.http import Rest

NINE = cast.MONDAY + timedelta(hours=1)


def test_who_has_booked_nothing_gets_an_empty_list(as_patient: Rest) -> None:
    answer = as_patient.get("/v1/bookings/me")

    assert (answer.status_code, answer.json()) == (200, {"bookings": []})


def test_ones_bookings_are_listed_the_latest_start_first(as_patient: Rest, coach: StaffMember, patient: Client) -> None:
    office_hour = cast.make_office_hour(coach)
    first = cast.make_booking(coach, patient, slot_at=NINE)
    second = cast.make_booking(coach, patient, slot_at=NINE + timedelta(days=1))
    cancel_coach_booking(booking=first, reason="", as_staff=False, now=NINE - timedelta(days=1))

    bookings = as_patient.get("/v1/bookings/me").json()["bookings"]

    assert [booking["id"] for booking in bookings] == [str(second.pk), str(first.pk)]
    assert [booking["status"] for booking in bookings] == ["booked", "cancelled"]
    assert bookings[0] == {
        "id": str(second.pk),
        "office_hour_id": str(office_hour.pk),
        "patient_id": str(patient.person_id),
        "slot_at": "2030-01-08T09:00:00Z",
        "duration_minutes": 30,
        "status": "booked",
        "notes": None,
        "created_at": "2030-01-07T09:00:00Z",
    }


def test_other_peoples_bookings_are_not_listed(as_patient: Rest, coach: StaffMember) -> None:
    cast.make_office_hour(coach)
    cast.make_booking(coach, cast.make_client("Carol Client"), slot_at=NINE)

    assert as_patient.get("/v1/bookings/me").json() == {"bookings": []}


def test_ones_bookings_in_another_brand_are_not_listed(as_patient: Rest, coach: StaffMember, patient: Client) -> None:
    kids = cast.make_brand()
    coach.brands.add(kids)
    patient.brands.add(kids)
    publish_office_hour(
        coach=coach,
        brand_id=kids.pk,
        offer=OfficeHourData(
            on=NINE.date(), start_time=NINE.time(), end_time=(NINE + timedelta(hours=1)).time(), timezone="UTC"
        ),
    )
    book_coach(
        coach_id=coach.person_id,
        patient_id=patient.person_id,
        brand_id=kids.pk,
        slot_at=NINE,
        notes=None,
        now=NINE - timedelta(days=1),
    )

    assert as_patient.get("/v1/bookings/me").json() == {"bookings": []}


def test_a_user_who_is_no_client_has_no_patient_record(as_coach: Rest) -> None:
    answer = as_coach.get("/v1/bookings/me")

    assert (answer.status_code, answer.json()["error"]) == (404, "patient_not_found")


def test_a_service_lists_those_of_the_person_it_names(as_service: Rest, coach: StaffMember, patient: Client) -> None:
    cast.make_office_hour(coach)
    booking = cast.make_booking(coach, patient, slot_at=NINE)

    answer = as_service.get("/v1/bookings/me", headers={"X-Current-User-Id": str(patient.person_id)})

    assert [found["id"] for found in answer.json()["bookings"]] == [str(booking.pk)]


def test_a_service_that_names_nobody_has_no_patient_record(as_service: Rest) -> None:
    answer = as_service.get("/v1/bookings/me")

    assert (answer.status_code, answer.json()["error"]) == (404, "patient_not_found")


def test_naming_somebody_needs_the_scope_act_as(north: Any, patient: Client) -> None:
    rest = Rest(north, cast.make_token(scopes=["read:bookings"]))

    answer = rest.get("/v1/bookings/me", headers={"X-Current-User-Id": str(patient.person_id)})

    assert (answer.status_code, answer.json()["error"]) == (403, "insufficient_scope")


def test_a_user_may_not_name_another(as_patient: Rest) -> None:
    carol = cast.make_client("Carol Client")

    answer = as_patient.get("/v1/bookings/me", headers={"X-Current-User-Id": str(carol.person_id)})

    assert (answer.status_code, answer.json()["error"]) == (403, "acting_for_another")


def test_listing_needs_its_scope(north: Any, patient: Client) -> None:
    rest = Rest(north, cast.make_token(user=cast.make_user(patient), scopes=["write:bookings"]))

    answer = rest.get("/v1/bookings/me")

    assert (answer.status_code, answer.json()["error"]) == (403, "insufficient_scope")
    assert answer["WWW-Authenticate"] == 'Bearer realm="api", error="insufficient_scope", scope="read:bookings"'


@pytest.mark.parametrize("number", [1, 3])
def test_the_number_of_queries_does_not_grow(
    as_service: Rest, coach: StaffMember, patient: Client, number: int, django_assert_num_queries: Any
) -> None:
    cast.make_office_hour(coach)
    for day in range(number):
        cast.make_booking(coach, patient, slot_at=NINE + timedelta(days=day))
    headers = {"X-Current-User-Id": str(patient.person_id)}
    as_service.get("/v1/bookings/me", headers=headers)

    with django_assert_num_queries(4):
        assert len(as_service.get("/v1/bookings/me", headers=headers).json()["bookings"]) == number
