"""A value of the wrong JSON type is refused at its field, never converted."""

from typing import Any

import pytest

from tests.support import cast
from tests.support.http import Rest


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("given_name", 5), ("given_name", True), ("given_name", ["Ada"]), ("given_name", {"a": 1}),
        ("email", 1.5), ("phone", 4915112345), ("timezone", 0), ("language", False),
    ],
)  # fmt: skip
def test_a_client_s_texts_are_strings(north: Any, field: str, value: Any) -> None:
    answer = Rest(north, cast.make_token()).post("/v1/clients", {"given_name": "Ada", field: value})
    assert answer.status_code == 400
    assert answer.json()["errors"] == {field: ["Must be a string."]}


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("duration_minutes", "30", "integer"), ("duration_minutes", 30.0, "integer"),
        ("notice_minutes", True, "integer"),
        ("start_time", 900, "string"), ("start_time", "09:00:30", "full minute"), ("date", 20301231, "string"),
        ("exceptions", [{"date": 5}], "exceptions.0.date"), ("weekdays", "1", "weekdays"),
    ],
)  # fmt: skip
def test_an_office_hour_s_values_have_their_types(north: Any, field: str, value: Any, said: str) -> None:
    coach = cast.make_coach()
    body = {"weekdays": [1], "start_time": "09:00", "end_time": "12:00", field: value}
    answer = Rest(north, cast.make_token()).post(f"/v1/coaches/{coach.person_id}/office-hours", body)
    assert answer.status_code == 400
    assert field in answer.json()["message"]
    assert said in answer.json()["message"]


def test_notes_may_be_null_and_not_a_number(north: Any) -> None:
    coach, client = cast.make_coach(), cast.make_client()
    cast.make_office_hour(coach)
    rest = Rest(north, cast.make_token(user=cast.make_user(client)))
    path = f"/v1/coaches/{coach.person_id}/bookings"
    slot = cast.tomorrow_at(9).isoformat()
    assert rest.post(path, {"slot_at": slot, "notes": 5}).status_code == 400
    assert rest.post(path, {"slot_at": slot, "notes": None}).status_code == 201


def test_a_text_that_is_too_long_is_refused_before_its_blanks_are_cut_off(north: Any) -> None:
    rest = Rest(north, cast.make_token())

    answer = rest.post("/v1/clients", {"given_name": "\x1d" + "a" * 100})

    assert answer.status_code == 400
    assert "given_name" in answer.json()["errors"]
    assert rest.post("/v1/clients", {"given_name": " " + "a" * 99}).status_code == 201
