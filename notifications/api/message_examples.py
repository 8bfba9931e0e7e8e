"""Examples for the OpenAPI document. They work against the demo tenant harbor (tests/api/test_examples.py)."""

import uuid
from typing import Any, Final

from drf_spectacular.utils import OpenApiExample, OpenApiParameter

from api.examples import BRAND, DEAD_MESSAGE, PATIENT, answered

_REFUSED = {"state": "dead", "why": "refused", "reason": "The mail server answered 550."}
_MESSAGE: dict[str, Any] = {
    "id": DEAD_MESSAGE,
    "rule_id": 1,
    "event": "booked",
    "channel": "email",
    "brand_id": BRAND,
    "recipient_id": PATIENT,
    "address": None,
    "subject_kind": "coach_booking",
    "subject_id": "0198c0de-7a00-7000-8000-b00c1d000001",
    "schedule_version": 0,
    **_REFUSED,
    "attempts": 1,
    "due_at": "2026-11-20T16:04:05.123456Z",
    "expires_at": "2026-11-21T16:04:05.123456Z",
    "sent_at": None,
    "created_at": "2026-11-20T16:04:05.123456Z",
    "request_id": "0190a0b0-0000-7000-8000-000000000003",
}
_PLANNED: dict[str, Any] = {
    "at": "2026-11-20T16:04:05.123456Z",
    "state": "planned",
    "why": "",
    "reason": "",
    "by": None,
}
_DIED: dict[str, Any] = {"at": "2026-11-20T16:04:06.123456Z", **_REFUSED, "by": None}
_RETRIED: dict[str, Any] = {
    "at": "2026-11-20T17:00:00.123456Z",
    "state": "planned",
    "why": "retried",
    "reason": "Retried: it was dead.",
    "by": "application:2",
}
_AGAIN: dict[str, Any] = {
    **_MESSAGE,
    "state": "planned",
    "why": "retried",
    "reason": "Retried: it was dead.",
    "attempts": 0,
}

# Without the page around it: drf-spectacular adds that.
MESSAGES: Final = [answered("A message that was given up", _MESSAGE)]
MESSAGE: Final = [answered("A message that was given up", {**_MESSAGE, "history": [_PLANNED, _DIED]})]
RETRIED: Final = [answered("Planned anew", {**_AGAIN, "history": [_PLANNED, _DIED, _RETRIED]})]
SENT_NOW: Final = [answered("Due now", {**_AGAIN, "history": [_PLANNED, _DIED, _RETRIED]})]

MESSAGE_ID: Final = OpenApiParameter(
    "id",
    uuid.UUID,
    OpenApiParameter.PATH,
    description="The message's id.",
    examples=[OpenApiExample("One of the demo that was given up", value=DEAD_MESSAGE)],
)
WAITING_MESSAGE_ID: Final = OpenApiParameter("id", uuid.UUID, OpenApiParameter.PATH, description="The message's id.")


def _links(message: str, **operations: str) -> dict[str, Any]:
    return {
        "x-links": {
            name: {"operationId": operation, "parameters": {"id": message}} for name, operation in operations.items()
        }
    }


MESSAGES_LEAD_TO: Final = _links("$response.body#/data/0/id", read="getMessage", retry="retryMessage")
RETRIED_LEADS_TO: Final = _links("$response.body#/id", read="getMessage", send_now="sendMessageNow")
