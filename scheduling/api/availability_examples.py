"""Examples for the OpenAPI document. They work against the demo tenant harbor (tests/openapi/test_examples.py)."""

import uuid
from typing import Any, Final

from drf_spectacular.utils import OpenApiParameter

from api.examples import COACH, SERVICE, answered, sent

_START: Final = "{day}T18:00:00Z"
_ASKED: dict[str, Any] = {"service_id": SERVICE, "start_at": _START}

AVAILABILITY: Final = [
    answered(
        "A day with one free start",
        {
            "service_id": SERVICE,
            "timezone": "America/New_York",
            "days": [{"date": "{day}", "starts": [{"start_at": _START, "staff_ids": [COACH]}]}],
            "cursor": "AR7nF0cAC0uPAAAAAA",
        },
    ),
    answered(
        "As ranges",
        {
            "service_id": SERVICE,
            "timezone": "America/New_York",
            "days": [
                {
                    "date": "{day}",
                    "ranges": [{"staff_id": COACH, "start_at": _START, "end_at": "{day}T20:30:00Z"}],
                }
            ],
            "cursor": "AR7nF0cAC0uPAAAAAA",
        },
    ),
]
EXPLANATION: Final = [
    sent("A start of a service", _ASKED),
    sent("So many minutes of one staff member", {"duration_minutes": 45, "staff_ids": [COACH], "start_at": _START}),
    answered(
        "Taken",
        {
            "start_at": _START,
            "bookable": False,
            "reason": "busy",
            "message": "{day}T18:00:00Z is taken. GET /v1/availability lists the free starts.",
            "staff": [{"staff_id": COACH, "reason": "busy"}],
            "candidates": [],
            "nearest": ["{day}T19:00:00Z"],
        },
    ),
]
NEW_HOLD: Final = [
    sent("For five minutes", {**_ASKED, "minutes": 5}),
    answered(
        "Held",
        {
            "id": "0198c0de-7a00-7000-8000-0f01d0000001",
            "service_id": SERVICE,
            "staff_id": COACH,
            "start_at": _START,
            "duration_minutes": 50,
            "expires_at": "{day}T17:05:00Z",
            "assignment": None,
        },
        status=201,
    ),
]
HOLD_LEADS_TO: Final = {
    "x-links": {"release": {"operationId": "releaseHold", "parameters": {"id": "$response.body#/id"}}}
}
HOLD_ID: Final = OpenApiParameter("id", uuid.UUID, OpenApiParameter.PATH, description="The hold's id.")
