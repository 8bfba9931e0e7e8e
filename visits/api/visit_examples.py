"""Examples for the OpenAPI document. They work against the demo tenant harbor (tests/openapi/test_examples.py)."""

from typing import Any, Final

from api.examples import BRAND, PATIENT, PROVIDER, answered, sent

# Of the demo (config/demo/visits.py): slots of Ravi Menon, and visits of Maya Lindqvist with him.
FREE_SLOT: Final = "3686bf68-073f-5f4d-9803-1203ffa52a3c"
OTHER_SLOT: Final = "23d056d0-6cf5-5f9a-9443-c486fb0fd729"
SLOT_TO_CLOSE: Final = "9a2226cf-2aa1-5a68-8c1d-fa41553285c6"
VISIT: Final = "45c14bac-bfcf-5fd9-9fd4-2878ee5249e9"
BEGUN_VISIT: Final = "45b4d34b-449e-58d4-81df-3717201b9643"
MISSED_VISIT: Final = "439d6d91-c1b8-59bd-b6ce-6a77278d50d1"
WAITING_VISIT: Final = "9f2fca86-b43a-5d5a-b532-ef47d494f4a9"
RUNNING_VISIT: Final = "6f7dafec-e594-541a-9b0b-009634dd66c7"
DONE_VISIT: Final = "61f7fa49-fdbd-5fe5-8823-140d5f7c82e9"

_VISIT: dict[str, Any] = {
    "id": VISIT,
    "brand_id": BRAND,
    "patient_id": PATIENT,
    "provider_id": PROVIDER,
    "slot_id": FREE_SLOT,
    "status": "scheduled",
    "visit_type": "video-visit",
    "reason": "Trouble falling asleep",
    "notes": None,
    "cancelled_at": None,
    "cancel_reason": None,
    "created_at": "2026-11-20T16:04:05.123456Z",
    "updated_at": "2026-11-20T16:04:05.123456Z",
}
_WANTED: dict[str, Any] = {
    "brand_id": BRAND,
    "patient_id": PATIENT,
    "visit_type": "video-visit",
    "reason": "Trouble falling asleep",
}
NEW_VISIT: Final = [
    sent("Into a slot", {**_WANTED, "slot_id": FREE_SLOT}),
    sent("With whoever is free", {**_WANTED, "start_time": "{day}T12:30:00Z"}),
    answered("Booked", _VISIT, status=201),
]
VISIT_READ: Final = [
    answered(
        "A visit",
        {
            **_VISIT,
            "start_time": "{day}T12:30:00Z",
            "end_time": "{day}T13:00:00Z",
            "price_minor": 9000,
            "currency": "USD",
            "cancel_fee_minor": None,
        },
    )
]
VISITS: Final = [answered("One visit", {"visits": [_VISIT]})]
FEE: Final = [
    answered(
        "Free so far",
        {
            "can_be_cancelled": True,
            "free_until": "{day}T12:30:00Z",
            "fee_minor": 0,
            "price_minor": 9000,
            "currency": "USD",
        },
    )
]
RESCHEDULED: Final = [
    sent("Another slot", {"new_slot_id": OTHER_SLOT}),
    answered("Moved", {**_VISIT, "slot_id": OTHER_SLOT}),
]
CANCELLED: Final = [
    sent("With a reason", {"reason": "I am travelling."}),
    answered(
        "Cancelled",
        {
            **_VISIT,
            "status": "cancelled",
            "cancelled_at": "2026-11-20T16:04:05.123456Z",
            "cancel_reason": "I am travelling.",
        },
    ),
]
CHECKED_IN: Final = [answered("Checked in", {**_VISIT, "id": BEGUN_VISIT, "status": "checked_in"})]
STARTED: Final = [answered("Begun", {**_VISIT, "id": WAITING_VISIT, "status": "in_progress"})]
COMPLETED: Final = [answered("Took place", {**_VISIT, "id": RUNNING_VISIT, "status": "completed"})]
NO_SHOW: Final = [answered("Not come", {**_VISIT, "id": MISSED_VISIT, "status": "no_show"})]
UNDONE: Final = [answered("In progress again", {**_VISIT, "id": DONE_VISIT, "status": "in_progress"})]
