"""GET /v1/coaches/{coachId}/slots: the free slots of a coach."""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
import time_machine

from bookings.selectors.office_hours import coach_slots
from bookings.services.cancel_coach_booking import cancel_coach_booking
from scheduling.models import Client, Closure, StaffMember
from scheduling.public import Period, Subject, release, reserve
from tenants.ids import new_id
from tests.support import cast
from tests.support.http import Rest

NOW = cast.MONDAY  # 08:00 UTC


@pytest.fixture(autouse=True)
def _clock() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def _z(instant: datetime) -> str:
    return f"{instant:%Y-%m-%dT%H:%M:%SZ}"


def _slots(rest: Rest, coach: StaffMember, **query: str) -> Any:
    return rest.get(f"/v1/coaches/{coach.person_id}/slots?{urlencode(query)}")


def _starts(answer: Any) -> list[str]:
    return [f"{slot['slot_at'][8:10]} {slot['slot_at'][11:16]}" for slot in answer.json()["slots"]]


def test_the_free_slots_are_listed(as_patient: Rest, coach: StaffMember) -> None:
    office_hour = cast.make_office_hour(coach, on=NOW.date(), end_time=(NOW + timedelta(hours=2)).time())

    answer = _slots(as_patient, coach)

    assert answer.status_code == 200
    assert answer.json() == {
        "coach_id": str(coach.person_id),
        "timezone": "UTC",
        "slots": [
            {
                "slot_at": "2030-01-07T09:00:00Z",
                "ends_at": "2030-01-07T09:30:00Z",
                "duration_minutes": 30,
                "office_hour_id": str(office_hour.pk),
            },
            {
                "slot_at": "2030-01-07T09:30:00Z",
                "ends_at": "2030-01-07T10:00:00Z",
                "duration_minutes": 30,
                "office_hour_id": str(office_hour.pk),
            },
        ],
    }


def test_a_coach_without_office_hours_has_no_slots(as_patient: Rest, coach: StaffMember) -> None:
    assert _slots(as_patient, coach).json()["slots"] == []


def test_without_a_period_the_next_seven_days_are_listed(as_patient: Rest, coach: StaffMember) -> None:
    cast.make_office_hour(coach, duration_minutes=480)

    assert _starts(_slots(as_patient, coach)) == [f"{day:02} 09:00" for day in range(7, 14)]


def test_a_period_holds_its_start_and_not_its_end(as_patient: Rest, coach: StaffMember) -> None:
    cast.make_office_hour(coach)

    answer = _slots(as_patient, coach, **{"from": "2030-01-08T10:30:00+01:00", "to": "2030-01-08T10:30:00Z"})

    assert _starts(answer) == ["08 09:30", "08 10:00"]


def test_a_booked_slot_is_not_listed_and_a_cancelled_one_is_again(
    as_patient: Rest, coach: StaffMember, patient: Client
) -> None:
    cast.make_office_hour(coach, on=NOW.date(), end_time=(NOW + timedelta(hours=2)).time())
    booking = cast.make_booking(coach, patient, slot_at=NOW + timedelta(hours=1), now=NOW)
    assert _starts(_slots(as_patient, coach)) == ["07 09:30"]

    cancel_coach_booking(booking=booking, reason="", as_staff=False, now=NOW)

    assert _starts(_slots(as_patient, coach)) == ["07 09:00", "07 09:30"]


def test_slots_in_which_the_coach_is_busy_elsewhere_are_not_listed(as_patient: Rest, coach: StaffMember) -> None:
    cast.make_office_hour(coach, on=NOW.date(), end_time=(NOW + timedelta(hours=3)).time())
    visit = Subject("visit", new_id())
    reserve(
        resource_ids=[coach.resource_id],
        period=Period.lasting(NOW + timedelta(minutes=75), minutes=30),
        subject=visit,
        now=NOW,
    )
    assert _starts(_slots(as_patient, coach)) == ["07 10:00", "07 10:30"]

    release(subject=visit)

    assert _starts(_slots(as_patient, coach)) == ["07 09:00", "07 09:30", "07 10:00", "07 10:30"]


def test_time_that_begins_after_the_period_still_blocks_the_last_slot(as_patient: Rest, coach: StaffMember) -> None:
    cast.make_office_hour(coach, duration_minutes=120)
    reserve(
        resource_ids=[coach.resource_id],
        period=Period.lasting(NOW + timedelta(minutes=150), minutes=30),
        subject=Subject("visit", new_id()),
        now=NOW,
    )

    assert _starts(_slots(as_patient, coach, to="2030-01-07T09:01:00Z")) == []


def test_past_slots_are_not_listed(as_patient: Rest, coach: StaffMember) -> None:
    cast.make_office_hour(coach, start_time=(NOW - timedelta(hours=1)).time(), duration_minutes=60)

    answer = _slots(as_patient, coach, **{"from": "2030-01-06T00:00:00Z", "to": "2030-01-07T10:00:00Z"})

    assert _starts(answer) == ["07 09:00"]


def test_closed_days_are_left_out(as_patient: Rest, coach: StaffMember) -> None:
    cast.make_office_hour(coach, duration_minutes=480)
    tuesday = NOW.date() + timedelta(days=1)
    Closure.objects.create(name="Holiday", starts_on=tuesday, ends_on=tuesday)

    assert _starts(_slots(as_patient, coach, to="2030-01-10T00:00:00Z")) == ["07 09:00", "09 09:00"]


def test_a_start_of_two_office_hours_is_listed_once(as_patient: Rest, coach: StaffMember) -> None:
    first = cast.make_office_hour(coach, on=NOW.date(), duration_minutes=240)
    cast.make_office_hour(coach, on=NOW.date(), duration_minutes=480)

    slots = _slots(as_patient, coach).json()["slots"]

    assert [slot["office_hour_id"] for slot in slots] == [str(first.pk)] * 2


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"from": "monday"}, "from"),
        ({"to": "2030-01-08"}, "to"),
        ({"from": "2030-01-08T09:00:00"}, "from"),
        ({"from": "9999-12-31T00:00:00Z"}, "from"),
        ({"from": "0001-01-01T00:00:00Z"}, "from"),
        ({"from": ""}, "from"),
        ({"from": "2030-01-08T09:00:00Z", "to": "2030-01-08T09:00:00Z"}, "to"),
        ({"to": "2030-01-07T07:00:00Z"}, "to"),
        ({"to": "2030-02-07T11:00:01Z"}, "to"),
    ],
)
def test_a_period_that_cannot_be_is_refused_by_name(
    as_patient: Rest, coach: StaffMember, query: dict[str, str], field: str
) -> None:
    answer = _slots(as_patient, coach, **query)

    assert (answer.status_code, answer.json()["error"]) == (400, "validation_error")
    assert answer.json()["message"].startswith(f"{field}:")


def test_a_period_of_31_days_is_answered(as_patient: Rest, coach: StaffMember) -> None:
    cast.make_office_hour(coach, duration_minutes=480)

    assert len(_starts(_slots(as_patient, coach, to="2030-02-07T08:00:00Z"))) == 31


def test_an_unknown_coach_is_not_found(as_patient: Rest) -> None:
    answer = as_patient.get("/v1/coaches/nobody/slots")

    assert (answer.status_code, answer.json()["error"]) == (404, "coach_not_found")


def test_a_coach_outside_the_current_brand_is_forbidden(as_patient: Rest) -> None:
    answer = _slots(as_patient, cast.make_coach("Kai Coach", brand=cast.make_brand()))

    assert (answer.status_code, answer.json()["error"]) == (403, "coach_outside_brand")


def test_listing_needs_its_scope(north: Any, coach: StaffMember) -> None:
    answer = _slots(Rest(north, cast.make_token(scopes=["write:bookings"])), coach)

    assert (answer.status_code, answer.json()["error"]) == (403, "insufficient_scope")
    assert 'scope="read:bookings"' in answer["WWW-Authenticate"]


@pytest.mark.parametrize("number", [1, 3])
def test_the_number_of_queries_does_not_grow(
    as_service: Rest, coach: StaffMember, patient: Client, number: int, django_assert_num_queries: Any
) -> None:
    for day in range(number):
        cast.make_office_hour(coach, on=NOW.date() + timedelta(days=day), exceptions={NOW.date(): None})
        reserve(
            resource_ids=[coach.resource_id],
            period=Period.lasting(NOW + timedelta(days=day), minutes=90),
            subject=Subject("visit", new_id()),
            now=NOW,
        )
    _slots(as_service, coach)

    with django_assert_num_queries(5):
        assert _slots(as_service, coach).status_code == 200


def test_what_is_listed_in_code_and_over_http_is_the_same(as_patient: Rest, coach: StaffMember) -> None:
    cast.make_office_hour(coach, start_time=(NOW + timedelta(minutes=20)).time(), duration_minutes=50)
    within = Period(NOW, NOW + timedelta(days=7))

    found = coach_slots(coach=coach, brand_id=cast.main_brand().pk, within=within, now=NOW)

    assert [slot["slot_at"] for slot in _slots(as_patient, coach).json()["slots"]] == [_z(slot.start) for slot in found]


def test_why_the_others_can_not_be_booked(as_patient: Rest, coach: StaffMember, patient: Client) -> None:
    """The reason is the one with which booking it is refused."""
    cast.make_office_hour(
        coach, weekdays=(1, 2), end_time=(NOW + timedelta(hours=3)).time(), duration_minutes=60, notice_minutes=90
    )
    cast.make_booking(coach, patient, slot_at=NOW + timedelta(hours=25), now=NOW)

    slots = _slots(as_patient, coach, to="2030-01-09T00:00:00Z", why="true").json()["slots"]

    assert [(slot["slot_at"][8:13], slot["reason"]) for slot in slots] == [
        ("07T09", "too_soon"),
        ("07T10", None),
        ("08T09", "busy"),
        ("08T10", None),
    ]
    refused = [
        as_patient.post(f"/v1/coaches/{coach.person_id}/bookings", {"slot_at": slot["slot_at"]}).json()["error"]
        for slot in slots
        if slot["reason"]
    ]
    assert refused == ["slot_too_soon", "slot_taken"]


def test_why_wants_true_or_false(as_patient: Rest, coach: StaffMember) -> None:
    assert _slots(as_patient, coach, why="perhaps").status_code == 400
