"""Examples for the OpenAPI document. They work against the demo tenant harbor."""

from typing import Any, Final

from api.examples import BRAND, COACH, PATIENT, answered, sent

# Endpoints of the demo, which are switched off: nothing leaves for them.
ENDPOINT: Final = "eb37f523-13a4-56f1-ba11-20a0df69321b"
OLD_ENDPOINT: Final = "f0da8053-be87-5c5f-b92b-8750c46e126a"

_AT = "2026-11-20T16:04:05.123456Z"
_NEW_ID = "0198c0de-7a00-7000-8000-0c11e0000009"
_SECRET = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oDazfgh5lG0Pc="  # noqa: S105 - nobody's
_SHOP: dict[str, Any] = {
    "id": ENDPOINT,
    "url": "https://shop.example.com/webhooks/slotkeeper",
    "brand_id": None,
    "event_types": [],
    "description": "Shop system",
    "is_active": False,
    "disabled_at": _AT,
    "disabled_why": "Part of the demo.",
    "previous_secret_until": None,
    "version": 1,
    "created_at": _AT,
    "updated_at": _AT,
}
_NEW: dict[str, Any] = {
    "url": "https://crm.example.com/slotkeeper",
    "event_types": ["booking.booked", "booking.cancelled"],
    "description": "Customer register",
    "brand_id": None,
}
EVENT: Final[dict[str, Any]] = {
    "type": "booking.rescheduled",
    "timestamp": _AT,
    "data": {
        "kind": "coach_booking",
        "id": "0198c0de-7a00-7000-8000-0c11e0000002",
        "stage": "stands",
        "schedule_version": 1,
        "brand_id": BRAND,
        "service_id": "0198c0de-7a00-7000-8000-0c11e0000003",
        "client_id": PATIENT,
        "staff_ids": [COACH],
        "starts_at": "{day}T15:00:00Z",
        "ends_at": "{day}T15:30:00Z",
    },
}
TEST: Final[dict[str, Any]] = {"type": "webhook.test", "timestamp": _AT, "data": {"endpoint_id": _NEW_ID}}
_DELIVERY: dict[str, Any] = {
    "id": 4711,
    "endpoint_id": _NEW_ID,
    "webhook_id": "0198c0de-7a00-7000-8000-0c11e0000004",
    "event_type": "booking.rescheduled",
    "subject_kind": "coach_booking",
    "subject_id": "0198c0de-7a00-7000-8000-0c11e0000002",
    "schedule_version": 1,
    "payload": EVENT,
    "state": "failed",
    "reason": "The endpoint answered 500.",
    "attempts": 1,
    "last_status": 500,
    "due_at": _AT,
    "expires_at": "2026-11-23T16:04:05.123456Z",
    "delivered_at": None,
    "created_at": _AT,
    "replay_of": None,
    "request_id": "0190a0b0-0000-7000-8000-000000000003",
}
_TRY: dict[str, Any] = {
    "number": 1, "at": _AT, "status": 500, "milliseconds": 87, "answer": "Internal Server Error", "error": ""
}  # fmt: skip
_PLANNED: dict[str, Any] = {
    **_DELIVERY, "state": "planned", "reason": "", "attempts": 0, "last_status": None
}  # fmt: skip

ENDPOINT_READ: Final = [answered("An endpoint", _SHOP)]
# Without the page around it: drf-spectacular adds that.
ENDPOINTS: Final = [answered("A page", _SHOP)]
NEW_ENDPOINT: Final = [
    sent("An endpoint", _NEW),
    sent("For all events of the caller's brand", {"url": "https://crm.example.com/all"}),
    answered(
        "Registered",
        {
            **_SHOP, **_NEW, "id": _NEW_ID, "is_active": True, "disabled_at": None, "disabled_why": "",
            "secret": _SECRET,
        },
        status=201,
    ),
]  # fmt: skip
CHANGED_ENDPOINT: Final = [
    sent("Fewer events", {"event_types": ["booking.booked"]}),
    answered("Changed", {**_SHOP, "event_types": ["booking.booked"], "version": 2}),
]
NEW_SECRET: Final = [
    sent("A day to change over", {"overlap_hours": 24}),
    answered("The new secret", {"secret": _SECRET, "previous_secret_until": "2026-11-21T16:04:05.123456Z"}),
]
TESTED: Final = [
    answered(
        "On its way",
        {
            **_PLANNED,
            "event_type": "webhook.test",
            "subject_kind": "webhook_endpoint",
            "subject_id": _NEW_ID,
            "schedule_version": 0,
            "payload": TEST,
        },
        status=201,
    )
]
DELIVERY: Final = [answered("A delivery", {**_DELIVERY, "tries": [_TRY]})]
DELIVERIES: Final = [answered("A page", _DELIVERY)]
REPLAYED: Final = [answered("On its way", {**_PLANNED, "id": 4712, "replay_of": 4711}, status=201)]
