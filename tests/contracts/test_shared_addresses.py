"""/v1/bookings/...: two families below one address (the README of the contracts, Collisions)."""

from typing import Any

import pytest

from bookings.models import CoachBooking, EventBooking
from scheduling.models import Client, StaffMember
from tests.contracts.schema import assert_in_contract
from tests.support import cast, eventing
from tests.support.http import Rest

UNKNOWN = "00000000-0000-4000-8000-000000000000"
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


@pytest.fixture
def hour(coach: StaffMember, patient: Client) -> CoachBooking:
    return cast.make_booking(coach, patient, slot_at=cast.tomorrow_at(9))


@pytest.fixture
def place(coach: StaffMember, patient: Client) -> EventBooking:
    return eventing.make_place(eventing.make_event(coach, cast.tomorrow_at(18)), patient)


def test_each_kind_is_read_in_its_own_format(as_patient: Rest, hour: CoachBooking, place: EventBooking) -> None:
    of_hour, of_event = (as_patient.get(f"/v1/bookings/{booking.pk}") for booking in (hour, place))

    assert (of_hour.json()["id"], of_hour.json()["status"]) == (str(hour.pk), "booked")
    assert_in_contract(of_event, family="leko", operation="getBooking", status=200)
    assert of_hour["ETag"] == of_event["ETag"] == '"1"'


def test_each_kind_is_canceled_by_delete(as_patient: Rest, hour: CoachBooking, place: EventBooking) -> None:
    of_hour, of_event = (as_patient.delete(f"/v1/bookings/{booking.pk}") for booking in (hour, place))

    assert_in_contract(of_hour, family="loop", operation="cancelCoachBooking", status=200)
    assert_in_contract(of_event, family="leko", operation="getBooking", status=200)
    assert (of_event.json()["bookingStatus"], of_event.json()["canceledByRole"]) == ("Canceled", "Athlete")
    again = as_patient.delete(f"/v1/bookings/{place.pk}")
    assert_in_contract(again, family="loop", operation="cancelCoachBooking", status=412)


@pytest.mark.parametrize(("booking_id", "status"), [("x", 400), (UNKNOWN, 404)])
def test_refusals_of_get_are_lekos_and_those_of_delete_loops(as_patient: Rest, booking_id: str, status: int) -> None:
    path = f"/v1/bookings/{booking_id}"

    assert_in_contract(as_patient.get(path), family="leko", operation="getBooking", status=status)
    assert_in_contract(as_patient.delete(path), family="loop", operation="cancelCoachBooking", status=404)


def test_who_is_no_side_of_a_booking_does_not_learn_that_it_is_there(
    north: Any, of_kids: Rest, hour: CoachBooking, place: EventBooking
) -> None:
    carol = Rest(north, cast.make_token(user=cast.make_user(cast.make_client("Carol Client"))))
    for rest in (carol, of_kids):
        for booking in (hour, place):
            answer = rest.get(f"/v1/bookings/{booking.pk}")
            assert_in_contract(answer, family="leko", operation="getBooking", status=404)
            assert answer.json()["code"] == "booking_not_found"
            assert answer.json()["message"] == carol.get(f"/v1/bookings/{UNKNOWN}").json()["message"]


def test_the_literals_are_no_ids(as_patient: Rest, as_service: Rest) -> None:
    assert set(as_patient.get("/v1/bookings/me").json()) == {"bookings"}
    assert as_service.get("/v1/bookings/orders").json()["errors"][0]["message"].startswith("userId")
    assert as_service.post("/v1/bookings/notify").status_code == 204


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("PUT", "/v1/bookings/{id}", {"GET", "DELETE"}),
        ("PATCH", "/v1/bookings/{id}", {"GET", "DELETE"}),
        ("DELETE", "/v1/bookings", {"GET", "POST"}),
        ("GET", "/v1/bookings/{id}/cancel", {"PATCH"}),
        ("POST", "/v1/bookings/{id}/completed", {"PATCH"}),
        ("PATCH", "/v1/bookings/{id}/complete", {"POST"}),
        ("POST", "/v1/bookings/orders", {"GET"}),
        ("DELETE", "/v1/events", {"GET", "POST"}),
    ],
)
def test_another_method_is_405_and_allow_names_those_of_both_families(
    as_service: Rest, place: EventBooking, method: str, path: str, allow: set[str]
) -> None:
    answer = as_service.request(method, path.format(id=place.pk))

    assert answer.status_code == 405
    assert {one.strip() for one in answer["Allow"].split(",")} - {"HEAD", "OPTIONS"} == allow


@pytest.mark.parametrize(
    "sent", ["nonsense", "00-xyz-00f067aa0ba902b7-01", f"00-{TRACE}-00f067aa0ba902b7", "é", "x" * 999]
)
def test_a_malformed_traceparent_is_ignored_and_a_new_trace_begins(
    as_patient: Rest, place: EventBooking, sent: str
) -> None:
    path = f"/v1/bookings/{place.pk}"

    answer = as_patient.get(path, headers={"traceparent": sent})
    kept = as_patient.get(path, headers={"traceparent": f"00-{TRACE}-00f067aa0ba902b7-01"})

    assert_in_contract(answer, family="leko", operation="getBooking", status=200)
    assert TRACE not in answer["traceparent"]
    assert TRACE in kept["traceparent"]


def test_what_a_client_of_the_contract_adds_is_ignored(as_patient: Rest, patient: Client, coach: StaffMember) -> None:
    event = eventing.make_event(coach, cast.tomorrow_at(20))
    wanted = eventing.sent_order(patient, event, coupon="SPRING", platform={"os": "ios"})

    answer = as_patient.post("/v1/bookings?utm_source=app", wanted, headers={"X-App-Version": "1"})

    assert_in_contract(answer, family="leko", operation="createBookingOrder", status=201)
