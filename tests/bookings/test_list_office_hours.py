"""GET /v1/coaches/{coachId}/office-hours: what a coach offers."""

from datetime import timedelta
from typing import Any

import pytest

from scheduling.models import StaffMember
from tests.support import cast
from tests.support.http import Rest


def test_office_hours_are_listed_the_oldest_first(as_patient: Rest, coach: StaffMember) -> None:
    first, second = cast.make_office_hour(coach), cast.make_office_hour(coach, duration_minutes=60)

    answer = as_patient.get(f"/v1/coaches/{coach.person_id}/office-hours")

    assert answer.status_code == 200
    assert [found["id"] for found in answer.json()["office_hours"]] == [str(first.pk), str(second.pk)]


def test_an_office_hour_is_listed_as_it_was_published(as_coach: Rest, coach: StaffMember) -> None:
    body = {
        "weekdays": [1],
        "start_time": "09:00",
        "end_time": "12:00",
        "exceptions": [{"date": "2030-05-07"}, {"date": "2030-05-14", "start_time": "10:00", "end_time": "11:00"}],
    }
    published = as_coach.post(f"/v1/coaches/{coach.person_id}/office-hours", body).json()

    listed = as_coach.get(f"/v1/coaches/{coach.person_id}/office-hours").json()["office_hours"]

    assert listed == [published]


def test_those_of_other_coaches_other_brands_and_those_withdrawn_are_not_listed(
    as_patient: Rest, coach: StaffMember
) -> None:
    kids = cast.make_brand()
    coach.brands.add(kids)
    cast.make_office_hour(coach, brand=kids)
    cast.make_office_hour(cast.make_coach("Eve Coach"))
    withdrawn = cast.make_office_hour(coach)
    withdrawn.is_active = False
    withdrawn.save()

    assert as_patient.get(f"/v1/coaches/{coach.person_id}/office-hours").json() == {"office_hours": []}


def test_an_unknown_coach_is_not_found(as_patient: Rest) -> None:
    answer = as_patient.get("/v1/coaches/nobody/office-hours")

    assert (answer.status_code, answer.json()["error"]) == (404, "coach_not_found")


def test_a_coach_outside_the_current_brand_is_forbidden(as_patient: Rest) -> None:
    coach = cast.make_coach("Kai Coach", brand=cast.make_brand())

    answer = as_patient.get(f"/v1/coaches/{coach.person_id}/office-hours")

    assert (answer.status_code, answer.json()["error"]) == (403, "coach_outside_brand")


@pytest.mark.parametrize("scope", ["read:office-hours", "read:bookings"])
def test_either_scope_is_enough(north: Any, coach: StaffMember, scope: str) -> None:
    rest = Rest(north, cast.make_token(scopes=[scope]))

    assert rest.get(f"/v1/coaches/{coach.person_id}/office-hours").status_code == 200


def test_without_a_scope_listing_is_forbidden(north: Any, coach: StaffMember) -> None:
    answer = Rest(north, cast.make_token(scopes=["write:office-hours"])).get(
        f"/v1/coaches/{coach.person_id}/office-hours"
    )

    assert (answer.status_code, answer.json()["error"]) == (403, "insufficient_scope")


@pytest.mark.parametrize("number", [1, 3])
def test_the_number_of_queries_does_not_grow(
    as_service: Rest, coach: StaffMember, number: int, django_assert_num_queries: Any
) -> None:
    today = cast.MONDAY.date()
    for day in range(number):
        cast.make_office_hour(coach, exceptions={today + timedelta(days=other): None for other in range(day + 1)})
    path = f"/v1/coaches/{coach.person_id}/office-hours"
    as_service.get(path)

    with django_assert_num_queries(5):
        assert len(as_service.get(path).json()["office_hours"]) == number
