"""Examples for the OpenAPI document. They work against the demo tenant harbor (tests/openapi/test_examples.py)."""

from typing import Any, Final

from api.examples import BRAND, PROVIDER, answered, sent
from visits.api.visit_examples import FREE_SLOT, SLOT_TO_CLOSE
from visits.rules.openings import LeftOut

# In the evening, where the slots that other examples open from working hours are not in its way.
_NEW: dict[str, Any] = {
    "brand_id": BRAND,
    "start_time": "{day}T20:00:00Z",
    "end_time": "{day}T20:30:00Z",
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
_ORDER: dict[str, Any] = {
    "brand_id": BRAND,
    "first_day": "{day}",
    "last_day": "{next_day}",
    "duration_minutes": 20,
    "gap_minutes": 10,
    "weekdays": [1, 2, 3, 4, 5, 6, 7],
    "from_time": "15:00",
    "to_time": "16:00",
}
OPENED_SLOTS: Final = [
    sent("Between three and four, a preview", {**_ORDER, "preview": True}),
    sent(
        "As long as a video visit",
        {
            "brand_id": BRAND,
            "first_day": "{day}",
            "last_day": "{day}",
            "visit_type": "video-visit",
            "from_time": "16:00",
            "to_time": "18:00",
        },
    ),
    answered(
        "Opened",
        {
            "preview": False,
            "timezone": "America/New_York",
            "slots": [{"id": FREE_SLOT, "start_time": "{day}T20:00:00Z", "end_time": "{day}T20:20:00Z"}],
            "left_out": [
                {
                    "start_time": "{day}T20:30:00Z",
                    "end_time": "{day}T20:50:00Z",
                    "reason": LeftOut.BUSY.value,
                    "message": LeftOut.BUSY.label,
                }
            ],
        },
    ),
]
