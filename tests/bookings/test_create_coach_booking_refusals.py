"""POST /v1/coaches/{coachId}/bookings (loop.yaml): each refusal with its status and code."""

from datetime import datetime
from typing import Any

import pytest

from bookings.models import CoachBooking
from scheduling.models import Client, Closure, Location, Resource, StaffMember
from scheduling.public import Period, Subject, reserve
from scheduling.services.register_person import register_client
from tenants.ids import new_id
from tests.support import cast
from tests.support.http import Rest


def _book(rest: Rest, coach: StaffMember, slot: datetime, **headers: str) -> Any:
    return rest.post(f"/v1/coaches/{coach.person_id}/bookings", {"slot_at": slot.isoformat()}, headers=headers)


def _said(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]


def test_a_taken_slot_is_refused_and_the_nearest_free_ones_are_named(as_patient: Rest, coach: StaffMember) -> None:
    cast.make_office_hour(coach)
    slot = cast.tomorrow_at(9)
    cast.make_booking(coach, cast.make_client("Carol Client"), slot_at=slot)

    answer = _book(as_patient, coach, slot)

    assert _said(answer) == (409, "slot_taken")
    assert [
        f"{at:%H:%M:%SZ}" in answer.json()["message"] for at in (cast.tomorrow_at(9, 30), cast.tomorrow_at(10))
    ] == [
        True,
        True,
    ]
    assert CoachBooking.objects.count() == 1


def test_ones_own_slot_is_taken_too(as_patient: Rest, coach: StaffMember) -> None:
    cast.make_office_hour(coach)
    assert _book(as_patient, coach, cast.tomorrow_at(9)).status_code == 201

    assert _said(_book(as_patient, coach, cast.tomorrow_at(9))) == (409, "slot_taken")


def test_a_coach_who_is_busy_elsewhere_is_busy_here(as_patient: Rest, coach: StaffMember) -> None:
    cast.make_office_hour(coach)
    slot = cast.tomorrow_at(9)
    reserve(
        resource_ids=[coach.resource_id],
        period=Period.lasting(slot, minutes=45),
        subject=Subject("visit", new_id()),
        now=slot,
    )

    first, second, third = (_book(as_patient, coach, cast.tomorrow_at(*at)) for at in ((9, 0), (9, 30), (10, 0)))

    assert _said(first) == _said(second) == (409, "coach_busy")
    assert "10:00:00Z" in second.json()["message"]
    assert third.status_code == 201


def test_a_time_without_office_hour_is_not_found(as_patient: Rest, coach: StaffMember) -> None:
    cast.make_office_hour(coach)

    assert _said(_book(as_patient, coach, cast.tomorrow_at(8, 30))) == (404, "office_hour_not_found")


def test_a_coach_without_office_hours_has_none(as_patient: Rest, coach: StaffMember) -> None:
    assert _said(_book(as_patient, coach, cast.tomorrow_at(9))) == (404, "office_hour_not_found")


def test_an_office_hour_that_was_withdrawn_offers_nothing(as_patient: Rest, coach: StaffMember) -> None:
    office_hour = cast.make_office_hour(coach)
    office_hour.is_active = False
    office_hour.save()

    assert _said(_book(as_patient, coach, cast.tomorrow_at(9))) == (404, "office_hour_not_found")


def test_an_office_hour_of_another_brand_offers_nothing_here(as_patient: Rest, coach: StaffMember) -> None:
    kids = cast.make_brand()
    coach.brands.add(kids)
    cast.make_office_hour(coach, brand=kids)

    assert _said(_book(as_patient, coach, cast.tomorrow_at(9))) == (404, "office_hour_not_found")


def test_a_start_between_two_slots_is_refused(as_patient: Rest, coach: StaffMember) -> None:
    cast.make_office_hour(coach)

    assert _said(_book(as_patient, coach, cast.tomorrow_at(9, 15))) == (409, "slot_off_grid")


def test_a_slot_that_is_past_is_refused(as_patient: Rest, coach: StaffMember) -> None:
    cast.make_office_hour(coach)

    assert _said(_book(as_patient, coach, cast.tomorrow_at(9, days=-1))) == (409, "slot_past")


def test_a_slot_within_the_notice_is_refused(as_patient: Rest, coach: StaffMember) -> None:
    cast.make_office_hour(coach, notice_minutes=7 * 24 * 60)

    answer = _book(as_patient, coach, cast.tomorrow_at(9))

    assert _said(answer) == (409, "slot_too_soon")
    assert "10080 minutes" in answer.json()["message"]


def test_a_slot_beyond_the_horizon_is_refused(as_patient: Rest, coach: StaffMember) -> None:
    cast.make_office_hour(coach, horizon_days=2)

    answer = _book(as_patient, coach, cast.tomorrow_at(9, days=5))

    assert _said(answer) == (409, "slot_too_far")
    assert "2 days" in answer.json()["message"]


@pytest.mark.parametrize("whose", ["tenant", "brand"])
def test_a_slot_on_a_closed_day_is_refused(as_patient: Rest, coach: StaffMember, whose: str) -> None:
    cast.make_office_hour(coach)
    day = cast.tomorrow_at(9).date()
    Closure.objects.create(
        name="Holiday", starts_on=day, ends_on=day, brand=cast.main_brand() if whose == "brand" else None
    )

    assert _said(_book(as_patient, coach, cast.tomorrow_at(9))) == (409, "slot_closed")


def test_a_closure_of_another_brand_closes_nothing_here(as_patient: Rest, coach: StaffMember) -> None:
    cast.make_office_hour(coach)
    day = cast.tomorrow_at(9).date()
    Closure.objects.create(name="Holiday", starts_on=day, ends_on=day, brand=cast.make_brand())

    assert _book(as_patient, coach, cast.tomorrow_at(9)).status_code == 201


def test_of_two_office_hours_the_refusal_that_is_nearest_to_a_yes_is_said(as_patient: Rest, coach: StaffMember) -> None:
    cast.make_office_hour(coach, notice_minutes=7 * 24 * 60)
    cast.make_office_hour(coach, duration_minutes=60, start_time=cast.tomorrow_at(8, 30).time())

    assert _said(_book(as_patient, coach, cast.tomorrow_at(9))) == (409, "slot_too_soon")


def test_nobody_books_themselves(north: Any, coach: StaffMember) -> None:
    cast.make_office_hour(coach)
    user = cast.make_user(coach)
    client = Client.objects.create(person=coach.person)
    client.brands.add(cast.main_brand())

    answer = _book(Rest(north, cast.make_token(user=user)), coach, cast.tomorrow_at(9))

    assert _said(answer) == (409, "own_office_hour")


@pytest.mark.parametrize("coach_id", ["00000000-0000-4000-8000-000000000000", "me", "1", "%00", "x" * 300])
def test_an_unknown_coach_is_not_found(as_patient: Rest, coach_id: str) -> None:
    answer = as_patient.post(f"/v1/coaches/{coach_id}/bookings", {"slot_at": cast.tomorrow_at(9).isoformat()})

    assert _said(answer) == (404, "coach_not_found")


def test_a_client_is_no_coach(as_patient: Rest, patient: Client) -> None:
    answer = as_patient.post(f"/v1/coaches/{patient.person_id}/bookings", {"slot_at": cast.tomorrow_at(9).isoformat()})

    assert _said(answer) == (404, "coach_not_found")


def test_a_coach_who_left_is_not_found(as_patient: Rest, coach: StaffMember) -> None:
    cast.make_office_hour(coach)
    coach.is_active = False
    coach.save()

    assert _said(_book(as_patient, coach, cast.tomorrow_at(9))) == (404, "coach_not_found")


def test_a_coach_outside_the_current_brand_is_forbidden(as_patient: Rest) -> None:
    kids = cast.make_brand()
    coach = cast.make_coach("Kai Coach", brand=kids)
    cast.make_office_hour(coach, brand=kids)

    assert _said(_book(as_patient, coach, cast.tomorrow_at(9))) == (403, "coach_outside_brand")


def test_the_brand_of_the_client_application_is_the_current_one(north: Any, coach: StaffMember) -> None:
    kids = cast.make_brand()
    patient = cast.make_client("Kim Client", brand=kids)
    token = cast.make_token(user=cast.make_user(patient), brand=kids)

    assert _said(_book(Rest(north, token), coach, cast.tomorrow_at(9))) == (403, "coach_outside_brand")


def test_a_user_who_is_no_client_has_no_patient_record(as_coach: Rest) -> None:
    other = cast.make_coach("Eve Coach")
    cast.make_office_hour(other)

    assert _said(_book(as_coach, other, cast.tomorrow_at(9))) == (404, "patient_not_found")


def test_a_client_of_another_brand_has_no_patient_record_here(north: Any, coach: StaffMember) -> None:
    stranger = cast.make_client("Kim Client", brand=cast.make_brand())

    answer = _book(Rest(north, cast.make_token(user=cast.make_user(stranger))), coach, cast.tomorrow_at(9))

    assert _said(answer) == (404, "patient_not_found")


def test_a_person_who_became_a_client_of_this_brand_too_is_found(north: Any, coach: StaffMember) -> None:
    cast.make_office_hour(coach)
    patient = cast.make_client("Kim Client", brand=cast.make_brand())
    user = cast.make_user(patient)
    register_client(person=cast._person("Other Name", "UTC"), brand_id=cast.main_brand().pk)
    patient.brands.add(cast.main_brand())

    assert _book(Rest(north, cast.make_token(user=user)), coach, cast.tomorrow_at(9)).status_code == 201


def test_a_coach_whose_location_is_closed_is_not_booked(as_patient: Rest, coach: StaffMember) -> None:
    """As the list of slots has it."""
    cast.make_office_hour(coach)
    here, day = Location.objects.create(name="Here"), cast.tomorrow_at(9).date()
    Resource.objects.filter(pk=coach.resource_id).update(location=here)
    Closure.objects.create(name="Painters", starts_on=day, ends_on=day, location=here)
    path = f"/v1/coaches/{coach.person_id}"

    answer = as_patient.post(f"{path}/bookings", {"slot_at": cast.tomorrow_at(9).isoformat()})

    assert (answer.status_code, answer.json()["error"]) == (409, "slot_closed")
    assert f"{day}T09:00:00Z" not in [slot["slot_at"] for slot in as_patient.get(f"{path}/slots").json()["slots"]]


def test_a_coach_who_can_not_be_reserved_is_no_coach(as_patient: Rest, coach: StaffMember) -> None:
    office_hour = cast.make_office_hour(coach)
    Resource.objects.filter(pk=coach.resource_id).update(is_active=False)
    path, slot = f"/v1/coaches/{coach.person_id}", cast.tomorrow_at(9).isoformat()

    assert as_patient.post(f"{path}/bookings", {"slot_at": slot}).json()["error"] == "coach_not_found"
    assert as_patient.get(f"{path}/slots").json()["error"] == "coach_not_found"
    held = as_patient.post("/v1/holds", {"service_id": str(office_hour.pk), "start_at": slot})
    assert held.json()["code"] == "service_not_found"


def test_an_office_hour_of_who_left_the_brand_is_not_held(as_patient: Rest, coach: StaffMember) -> None:
    office_hour = cast.make_office_hour(coach)
    coach.brands.set([cast.make_brand()])
    wanted = {"service_id": str(office_hour.pk), "start_at": cast.tomorrow_at(9).isoformat()}

    assert as_patient.post("/v1/holds", wanted).json()["code"] == "service_not_found"
