"""Examples for the OpenAPI document. They work against the demo tenant harbor (tests/api/test_examples.py)."""

from typing import Any, Final

from api.examples import (
    BEGUN_BOOKING,
    BRAND,
    COACH,
    MISSED_BOOKING,
    OTHER_SLOT,
    PATIENT,
    SLOT,
    answered,
    sent,
)

_OFFICE_HOUR_ID = "0198c0de-7a00-7000-8000-5a1e0f1ce001"
_BOOKING: dict[str, Any] = {
    "id": "0198c0de-7a00-7000-8000-b00c1d000001",
    "office_hour_id": _OFFICE_HOUR_ID,
    "patient_id": PATIENT,
    "slot_at": SLOT,
    "duration_minutes": 30,
    "status": "booked",
    "notes": "First talk",
    "created_at": "2026-11-20T16:04:05.123456Z",
}
_WEEKLY: dict[str, Any] = {
    "weekdays": [1, 3],
    "start_time": "18:00",
    "end_time": "20:00",
    "timezone": "Europe/Berlin",
    "duration_minutes": 30,
    "exceptions": [{"date": "{day}"}],
}
_OFFICE_HOUR: dict[str, Any] = {
    "id": _OFFICE_HOUR_ID,
    "coach_id": COACH,
    "brand_id": BRAND,
    **_WEEKLY,
    "date": None,
    "notice_minutes": 0,
    "horizon_days": 60,
    "valid_from": None,
    "valid_until": None,
    "exceptions": [{"date": "{day}", "start_time": None, "end_time": None}],
    "created_at": "2026-11-20T16:04:05.123456Z",
}

NEW_BOOKING: Final = [
    sent("A slot", {"slot_at": SLOT, "notes": "First talk"}),
    answered("Booked", _BOOKING, status=201),
]
CANCELLED: Final = [answered("Cancelled", {**_BOOKING, "status": "cancelled"})]
RESCHEDULED: Final = [
    sent("Another slot", {"slot_at": OTHER_SLOT}),
    answered("Moved", {**_BOOKING, "slot_at": OTHER_SLOT}),
]
COMPLETED: Final = [answered("Completed", {**_BOOKING, "id": BEGUN_BOOKING, "status": "completed"})]
NO_SHOW: Final = [answered("Not come", {**_BOOKING, "id": MISSED_BOOKING, "status": "no_show"})]
BOOKINGS: Final = [answered("One booking", {"bookings": [_BOOKING]})]
SLOTS: Final = [
    answered(
        "One free slot",
        {
            "coach_id": COACH,
            "timezone": "America/New_York",
            "slots": [
                {
                    "slot_at": SLOT,
                    "ends_at": "{day}T15:30:00Z",
                    "duration_minutes": 30,
                    "office_hour_id": _OFFICE_HOUR_ID,
                }
            ],
        },
    )
]
OFFICE_HOURS: Final = [answered("A weekly one", {"office_hours": [_OFFICE_HOUR]})]
NEW_OFFICE_HOUR: Final = [
    sent("Weekly, with a day off", _WEEKLY),
    sent("Once", {"date": "{next_day}", "start_time": "18:00", "end_time": "19:30", "timezone": "Europe/Berlin"}),
    answered("A weekly one", _OFFICE_HOUR, status=201),
]
