"""Examples for the OpenAPI document. They work against the demo tenant harbor (tests/openapi/test_examples.py)."""

import uuid
from typing import Any, Final

from drf_spectacular.utils import OpenApiExample, OpenApiParameter

from api import examples
from api.examples import answered, sent

_NEW: dict[str, Any] = {
    "channel": "email",
    "address": "dora.doe@example.com",
    "scope": "non_essential",
    "note": "Asked for it on the phone.",
}
_STORED: dict[str, Any] = {
    "id": examples.SUPPRESSION,
    "channel": "email",
    "address": "former.client@harbor.example.com",
    "brand_id": None,
    "reason": "manual",
    "scope": "everything",
    "note": "Asked for it on the phone.",
    "message_id": None,
    "version": 1,
    "created_at": "2026-11-20T16:04:05.123456Z",
    "ended_at": None,
}
_REPORT: dict[str, Any] = {
    "message_id": examples.SENT_MESSAGE,
    "kind": "bounced",
    "at": "2026-11-20T16:04:05Z",
    "detail": "550 5.1.1 No such user here",
}

SUPPRESSION: Final = [answered("A suppression", _STORED)]
SUPPRESSIONS: Final = [answered("A page", _STORED)]
NEW_SUPPRESSION: Final = [
    sent("Nothing but what is essential", _NEW),
    sent("A number, of one brand", {"channel": "sms", "address": "+49 30 5550 142", "brand_id": examples.BRAND}),
    answered("Suppressed", {**_STORED, **_NEW, "id": "0198c0de-7a00-7000-8000-0c11e0000002"}, status=201),
]
REPORT: Final = [
    sent("It came back", _REPORT),
    sent("By its Message-ID", {"message_id": f"<{examples.SENT_MESSAGE}@harbor.localhost>", "kind": "complained"}),
    answered("Recorded", {"message_id": examples.SENT_MESSAGE, "state": "bounced", "why": "bounced"}),
]

SUPPRESSION_ID: Final = OpenApiParameter(
    "id",
    uuid.UUID,
    OpenApiParameter.PATH,
    description="The suppression's id.",
    examples=[OpenApiExample("A former client of the demo", value=examples.SUPPRESSION)],
)


def leads_to(where: str) -> dict[str, Any]:
    """To reading and to ending the suppression whose id is there in the answer."""
    return {
        "x-links": {name: {"operationId": f"{name}Suppression", "parameters": {"id": where}} for name in ("get", "end")}
    }
