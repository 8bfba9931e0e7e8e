"""The check itself: what does not fit a contract must be noticed."""

import json
from typing import Any

import pytest
from django.http import HttpResponse

from tests.contracts.schema import assert_in_contract

BOOKING: dict[str, Any] = {
    "id": "1",
    "office_hour_id": "2",
    "patient_id": "3",
    "slot_at": "2030-01-07T09:00:00Z",
    "duration_minutes": 30,
    "status": "booked",
    "notes": None,
    "created_at": "2030-01-01T00:00:00Z",
}


class _Answer(HttpResponse):
    def __init__(self, body: Any, status: int) -> None:
        super().__init__(json.dumps(body), status=status, content_type="application/json")

    def json(self) -> Any:
        return json.loads(self.content)


def _check(body: Any, status: int) -> None:
    assert_in_contract(_Answer(body, status), family="loop", operation="createCoachBooking", status=status)


def test_what_fits_passes() -> None:
    _check(BOOKING, 201)
    _check({"error": "slot_taken", "message": "Taken."}, 409)
    _check({"error": "validation_error", "message": "slot_at: missing"}, 400)


@pytest.mark.parametrize(
    "body",
    [
        {name: value for name, value in BOOKING.items() if name != "notes"},
        {**BOOKING, "duration_minutes": "30"},
        {**BOOKING, "slot_at": "2030-01-07"},
        {**BOOKING, "notes": 1},
        {**BOOKING, "coach_id": "4"},
    ],
)
def test_a_body_that_does_not_fit_fails(body: dict[str, Any]) -> None:
    with pytest.raises(AssertionError):
        _check(body, 201)


@pytest.mark.parametrize("status", [400, 404, 409])
def test_another_familys_envelope_fails(status: int) -> None:
    with pytest.raises(AssertionError):
        _check({"errors": [{"code": "x", "message": "y"}]}, status)


@pytest.mark.parametrize("status", [200, 204, 405, 410, 500])
def test_a_status_that_is_not_listed_fails(status: int) -> None:
    with pytest.raises(AssertionError, match="lists no"):
        _check({"error": "x", "message": "y"}, status)
