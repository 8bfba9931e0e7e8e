"""Examples for the OpenAPI document. They work against the demo tenant harbor (tests/openapi/test_examples.py)."""

from typing import Any, Final

from api.examples import BRAND, PROVIDER, answered, sent
from visits.api.visit_examples import FREE_SLOT, SLOT_TO_CLOSE

_NEW: dict[str, Any] = {
    "brand_id": BRAND,
    "start_time": "{day}T16:00:00Z",
    "end_time": "{day}T16:30:00Z",
}
_SLOT: dict[str, Any] = {
    "id": FREE_SLOT,
    "provider_id": PROVIDER,
    **_NEW,
    "booked": False,
    "created_at": "2026-11-20T16:04:05.123456Z",
}
NEW_SLOT: Final = [sent("Half an hour", _NEW), answered("Opened", _SLOT, status=201)]
SLOTS: Final = [answered("One slot", {"slots": [_SLOT]})]
CLOSED_SLOT: Final = [answered("Closed", {**_SLOT, "id": SLOT_TO_CLOSE})]
