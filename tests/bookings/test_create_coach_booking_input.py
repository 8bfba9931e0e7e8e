"""POST /v1/coaches/{coachId}/bookings (loop.yaml): what the body may hold."""

from typing import Any

import pytest

from bookings.models import CoachBooking
from scheduling.models import StaffMember
from tests.support import cast
from tests.support.http import Rest


@pytest.mark.parametrize(
    "slot_at",
    [
        None,
        "",
        "tomorrow",
        "2030-01-07",
        "2030-01-07T09:00:00",
        "2030-01-07 09:00:00Z",
        "2030-13-07T09:00:00Z",
        "2030-02-30T09:00:00Z",
        "2030-01-07T25:00:00Z",
        "2030-01-07T09:00:00+25:00",
        "２０３０-01-07T09:00:00Z",
        "0001-01-01T00:00:00+01:00",
        1893488400,
        True,
        ["2030-01-07T09:00:00Z"],
        {},
    ],
)
def test_what_is_no_instant_with_an_offset_is_refused_by_name(
    as_patient: Rest, coach: StaffMember, slot_at: Any
) -> None:
    answer = as_patient.post(f"/v1/coaches/{coach.person_id}/bookings", {"slot_at": slot_at})

    assert answer.status_code == 400, answer.content
    assert answer.json()["error"] == "validation_error"
    assert "slot_at" in answer.json()["message"]


@pytest.mark.parametrize("slot_at", ["0001-01-01T00:00:00Z", "1899-12-31T23:59:59Z", "9001-01-01T00:00:00Z"])
def test_the_ends_of_the_calendar_are_refused_by_name(as_patient: Rest, coach: StaffMember, slot_at: str) -> None:
    cast.make_office_hour(coach)

    answer = as_patient.post(f"/v1/coaches/{coach.person_id}/bookings", {"slot_at": slot_at})

    assert (answer.status_code, answer.json()["error"]) == (400, "validation_error")
    assert "slot_at" in answer.json()["message"]


@pytest.mark.parametrize(
    ("slot_at", "said"),
    [("1900-01-01T09:00:00Z", (409, "slot_past")), ("9000-12-31T09:00:00Z", (409, "slot_too_far"))],
)
def test_the_first_and_the_last_year_are_looked_at(
    as_patient: Rest, coach: StaffMember, slot_at: str, said: tuple[int, str]
) -> None:
    cast.make_office_hour(coach)

    answer = as_patient.post(f"/v1/coaches/{coach.person_id}/bookings", {"slot_at": slot_at})

    assert (answer.status_code, answer.json()["error"]) == said


def test_a_body_without_slot_is_refused(as_patient: Rest, coach: StaffMember) -> None:
    answer = as_patient.post(f"/v1/coaches/{coach.person_id}/bookings", {})

    assert (answer.status_code, answer.json()["error"]) == (400, "validation_error")
    assert "slot_at" in answer.json()["message"]


@pytest.mark.parametrize("notes", ["x" * 10_001, "a\0b", ["one"], {"one": 1}, True])
def test_notes_that_are_no_text_or_too_long_are_refused_by_name(
    as_patient: Rest, coach: StaffMember, notes: Any
) -> None:
    cast.make_office_hour(coach)

    answer = as_patient.post(
        f"/v1/coaches/{coach.person_id}/bookings", {"slot_at": cast.tomorrow_at(9).isoformat(), "notes": notes}
    )

    assert (answer.status_code, answer.json()["error"]) == (400, "validation_error")
    assert "notes" in answer.json()["message"]
    assert not CoachBooking.objects.exists()


@pytest.mark.parametrize("raw", [b"{", b"[]", b'"text"', b'{"slot_at": NaN}', b"\xff\xfe", b'{"slot_at": "\\ud800"}'])
def test_what_is_no_json_object_is_refused(as_patient: Rest, coach: StaffMember, raw: bytes) -> None:
    answer = as_patient.request("POST", f"/v1/coaches/{coach.person_id}/bookings", raw=raw)

    assert answer.status_code == 400
    assert answer.json()["error"] in {"malformed_json", "validation_error"}


@pytest.mark.parametrize("content_type", ["application/json", "multipart/form-data", "text/plain"])
@pytest.mark.parametrize("query", ["", "?%zz", "?a=%00;b"])
def test_who_is_calling_is_asked_before_the_body_and_the_query_are_read(
    north: Any, coach: StaffMember, content_type: str, query: str
) -> None:
    path = f"/v1/coaches/{coach.person_id}/bookings{query}"

    answer = Rest(north, "wrong").request("POST", path, raw=b"{", content_type=content_type)

    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_token")
