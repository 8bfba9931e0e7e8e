"""Examples for the OpenAPI document. They work against the demo tenant harbor (tests/openapi/test_examples.py)."""

from typing import Any, Final

from drf_spectacular.utils import OpenApiParameter

from api.examples import COACH, PATIENT, answered, sent

_FEED: dict[str, Any] = {
    "id": "0198c0de-7a00-7000-8000-ca1e0da40001",
    "kind": "staff",
    "owner_id": COACH,
    "level": "full",
    "name": "Phone",
    "prefix": "cal_7f3k9q2m",
    "version": 1,
    "created_at": "2026-11-20T16:04:05.123456Z",
    "rotated_at": None,
    "last_used_at": None,
}
_URL: dict[str, Any] = {
    "url": "https://harbor.slotkeeper.example/calendars/cal_7f3k9q2mVt4ZsWb8yNcJ6hRxKqPdG2aEu5Tn9LwM.ics"
}

FEED: Final = [answered("A coach's feed", _FEED)]
FEEDS: Final = [answered("A page", _FEED)]
NEW_FEED: Final = [
    sent("Of a coach, in full", {"kind": "staff", "owner_id": COACH, "level": "full", "name": "Phone"}),
    sent("Of a client", {"kind": "client", "owner_id": PATIENT, "level": "limited"}),
    sent("No more than busy times", {"kind": "staff", "owner_id": COACH}),
    answered("The address, this once", {**_FEED, **_URL}, status=201),
]
ROTATED: Final = [
    answered("Another address", {**_FEED, **_URL, "version": 2, "rotated_at": "2026-11-21T09:00:00.123456Z"})
]

FEED_ID: Final = OpenApiParameter(
    "id", {"type": "string", "format": "uuid"}, OpenApiParameter.PATH, description="The feed's id."
)
FEED_LEADS_TO: Final = {
    "x-links": {
        name: {"operationId": f"{name}CalendarFeed", "parameters": {"id": "$response.body#/id"}}
        for name in ("get", "rotate", "revoke")
    }
}
