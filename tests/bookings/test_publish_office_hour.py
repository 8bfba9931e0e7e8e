"""POST /v1/coaches/{coachId}/office-hours (loop.yaml): who publishes what, and what is refused."""

from typing import Any

import pytest

from bookings.models import OfficeHour
from scheduling.models import Client, Reservation, StaffMember
from tests.support import cast
from tests.support.http import Rest

WEEKLY: dict[str, Any] = {"weekdays": [1, 3], "start_time": "09:00", "end_time": "12:00"}


def _publish(rest: Rest, coach: StaffMember, body: Any, named: object = None) -> Any:
    return rest.post(
        f"/v1/coaches/{coach.person_id}/office-hours",
        body,
        headers={} if named is None else {"X-Current-User-Id": str(named)},
    )


def _said(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]


def test_a_weekly_office_hour_is_published_with_the_defaults(as_coach: Rest, coach: StaffMember) -> None:
    answer = _publish(as_coach, coach, WEEKLY)

    assert answer.status_code == 201, answer.content
    office_hour = OfficeHour.objects.get()
    assert answer.json() == {
        "id": str(office_hour.pk),
        "coach_id": str(coach.person_id),
        "brand_id": str(cast.main_brand().pk),
        "weekdays": [1, 3],
        "date": None,
        "start_time": "09:00",
        "end_time": "12:00",
        "timezone": "UTC",
        "duration_minutes": 30,
        "notice_minutes": 0,
        "horizon_days": 60,
        "valid_from": None,
        "valid_until": None,
        "exceptions": [],
        "created_at": office_hour.created_at.isoformat().replace("+00:00", "Z"),
    }
    assert not Reservation.objects.exists()


def test_everything_that_is_said_is_kept(as_coach: Rest, coach: StaffMember) -> None:
    said = {
        "weekdays": [2, 5],
        "start_time": "22:00",
        "end_time": "02:00",
        "timezone": "Europe/Berlin",
        "duration_minutes": 45,
        "notice_minutes": 120,
        "horizon_days": 14,
        "valid_from": "2030-01-01",
        "valid_until": "2030-12-31",
        "exceptions": [
            {"date": "2030-05-07", "start_time": None, "end_time": None},
            {"date": "2030-05-10", "start_time": "00:00", "end_time": "18:00"},
        ],
    }

    answer = _publish(as_coach, coach, said)

    assert answer.status_code == 201, answer.content
    assert {name: answer.json()[name] for name in said} == said


def test_an_office_hour_may_take_place_once(as_coach: Rest, coach: StaffMember) -> None:
    answer = _publish(as_coach, coach, {"date": "2030-01-07", "start_time": "09:00", "end_time": "12:00"})

    assert answer.status_code == 201
    assert (answer.json()["weekdays"], answer.json()["date"]) == ([], "2030-01-07")


def test_the_zone_is_the_coachs_unless_named(as_service: Rest) -> None:
    coach = cast.make_coach("Lin Coach", timezone="Asia/Tokyo")

    assert _publish(as_service, coach, WEEKLY).json()["timezone"] == "Asia/Tokyo"


def test_weekdays_are_kept_once_and_in_order(as_coach: Rest, coach: StaffMember) -> None:
    assert _publish(as_coach, coach, {**WEEKLY, "weekdays": [5, 1, 5]}).json()["weekdays"] == [1, 5]


def test_a_service_publishes_for_any_coach_of_its_brand(as_service: Rest, coach: StaffMember) -> None:
    assert _publish(as_service, coach, WEEKLY).status_code == 201


def test_a_service_publishes_for_the_coach_it_names(as_service: Rest, coach: StaffMember) -> None:
    assert _publish(as_service, coach, WEEKLY, coach.person_id).status_code == 201


def test_a_service_that_names_another_is_refused(as_service: Rest, coach: StaffMember, patient: Client) -> None:
    assert _said(_publish(as_service, coach, WEEKLY, patient.person_id)) == (403, "foreign_office_hour")


def test_another_coach_is_refused(north: Any, coach: StaffMember) -> None:
    eve = Rest(north, cast.make_token(user=cast.make_user(cast.make_coach("Eve Coach"))))

    assert _said(_publish(eve, coach, WEEKLY)) == (403, "foreign_office_hour")


def test_a_client_is_refused(as_patient: Rest, coach: StaffMember) -> None:
    assert _said(_publish(as_patient, coach, WEEKLY)) == (403, "foreign_office_hour")
    assert not OfficeHour.objects.exists()


def test_a_user_may_not_name_another(as_patient: Rest, coach: StaffMember) -> None:
    assert _said(_publish(as_patient, coach, WEEKLY, coach.person_id)) == (403, "acting_for_another")


def test_a_coach_outside_the_current_brand_is_refused(as_service: Rest) -> None:
    coach = cast.make_coach("Kai Coach", brand=cast.make_brand())

    assert _said(_publish(as_service, coach, WEEKLY)) == (403, "coach_outside_brand")


def test_an_unknown_coach_is_not_found(as_service: Rest) -> None:
    assert _said(as_service.post("/v1/coaches/nobody/office-hours", WEEKLY)) == (404, "coach_not_found")


def test_publishing_needs_its_scope(north: Any, coach: StaffMember) -> None:
    answer = _publish(Rest(north, cast.make_token(scopes=["read:office-hours"])), coach, WEEKLY)

    assert _said(answer) == (403, "insufficient_scope")
    assert 'scope="write:office-hours"' in answer["WWW-Authenticate"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"weekdays": [0]}, "weekdays.0"),
        ({"weekdays": [8]}, "weekdays.0"),
        ({"weekdays": ["Monday"]}, "weekdays.0"),
        ({"weekdays": "1"}, "weekdays"),
        ({"weekdays": [1, 2, 3, 4, 5, 6, 7, 1]}, "weekdays"),
        ({"weekdays": []}, "weekdays"),
        ({"date": "2030-01-07"}, "weekdays"),
        ({"weekdays": [], "date": "7 January"}, "date"),
        ({"start_time": None}, "start_time"),
        ({"start_time": "25:00"}, "start_time"),
        ({"start_time": 9}, "start_time"),
        ({"end_time": "noon"}, "end_time"),
        ({"timezone": "Mars/Olympus"}, "timezone"),
        ({"timezone": "x" * 65}, "timezone"),
        ({"timezone": None}, "timezone"),
        ({"duration_minutes": 4}, "duration_minutes"),
        ({"duration_minutes": 481}, "duration_minutes"),
        ({"duration_minutes": 30.5}, "duration_minutes"),
        ({"duration_minutes": "half an hour"}, "duration_minutes"),
        ({"duration_minutes": 2**63}, "duration_minutes"),
        ({"notice_minutes": -1}, "notice_minutes"),
        ({"notice_minutes": 129_601}, "notice_minutes"),
        ({"horizon_days": 0}, "horizon_days"),
        ({"horizon_days": 731}, "horizon_days"),
        ({"valid_from": "yesterday"}, "valid_from"),
        ({"valid_from": "2030-02-01", "valid_until": "2030-01-31"}, "valid_until"),
        ({"exceptions": "none"}, "exceptions"),
        ({"exceptions": None}, "exceptions"),
        ({"exceptions": [{}]}, "exceptions.0.date"),
        ({"exceptions": [{"date": "2030-02-30"}]}, "exceptions.0.date"),
        ({"exceptions": [{"date": "2030-01-07", "start_time": "09:00"}]}, "exceptions.0"),
        ({"exceptions": [{"date": "2030-01-07"}, {"date": "2030-01-07"}]}, "exceptions"),
        ({"exceptions": [{"date": "2030-01-07"}] * 367}, "exceptions"),
    ],
)
def test_what_cannot_be_is_refused_by_name(
    as_coach: Rest, coach: StaffMember, changes: dict[str, Any], field: str
) -> None:
    answer = _publish(as_coach, coach, {**WEEKLY, **changes})

    assert _said(answer) == (400, "validation_error"), answer.content
    assert f"{field}:" in answer.json()["message"]
    assert not OfficeHour.objects.exists()


def test_every_wrong_field_is_named(as_coach: Rest, coach: StaffMember) -> None:
    message = _publish(as_coach, coach, {"weekdays": [9], "horizon_days": 0}).json()["message"]

    assert [name in message for name in ("weekdays", "start_time", "end_time", "horizon_days")] == [True] * 4


def test_what_was_published_can_be_booked_at_once(as_coach: Rest, as_patient: Rest, coach: StaffMember) -> None:
    slot = cast.tomorrow_at(9)
    _publish(as_coach, coach, {**WEEKLY, "weekdays": [slot.isoweekday()]})

    answer = as_patient.post(f"/v1/coaches/{coach.person_id}/bookings", {"slot_at": slot.isoformat()})

    assert answer.status_code == 201
