"""Examples for the OpenAPI document. They work against the demo tenant harbor (tests/api/test_examples.py)."""

from typing import Any, Final

from api.examples import COACH, PATIENT, answered, sent

_NEW: dict[str, Any] = {
    "given_name": "Lena",
    "family_name": "Fischer",
    "email": "lena.fischer@example.com",
    "phone": "+49 30 5550 142",
    "language": "de",
    "timezone": "Europe/Berlin",
    "birth_date": "1990-02-28",
    "gender": "female",
}
_STORED: dict[str, Any] = {
    "version": 1,
    "created_at": "2026-11-20T16:04:05.123456Z",
    "updated_at": "2026-11-20T16:04:05.123456Z",
}
_MAYA: dict[str, Any] = {
    "id": PATIENT,
    "number": 1,
    "given_name": "Maya",
    "family_name": "Lindqvist",
    "email": "maya.lindqvist@harbor.example.com",
    "phone": "",
    "language": "en",
    "timezone": "America/New_York",
    "birth_date": None,
    "gender": "",
    **_STORED,
}
_INES: dict[str, Any] = {
    **_MAYA,
    "id": COACH,
    "given_name": "Ines",
    "family_name": "Calloway",
    "email": "ines.calloway@harbor.example.com",
    "title": "Sleep coach",
    "is_active": True,
}
_NEW_ID = "0198c0de-7a00-7000-8000-0c11e0000001"
_PHONE = {"phone": "+1 212 555 0187"}

CLIENT: Final = [answered("A client", _MAYA)]
# Without the page around it: drf-spectacular adds that.
CLIENTS: Final = [answered("A page", _MAYA)]
NEW_CLIENT: Final = [
    sent("A client", _NEW),
    sent("No more than a name", {"given_name": "Noor"}),
    answered("Registered", {"id": _NEW_ID, "number": 6, **_NEW, **_STORED}, status=201),
]
CHANGED_CLIENT: Final = [
    sent("Another phone number", _PHONE),
    answered("Changed", {**_MAYA, **_PHONE, "version": 2}),
]
STAFF_MEMBER: Final = [answered("A staff member", _INES)]
STAFF: Final = [answered("A page", _INES)]
NEW_STAFF_MEMBER: Final = [
    sent("A coach", {**_NEW, "email": "lena.coach@example.com", "title": "Nutrition coach"}),
    answered(
        "Registered",
        {"id": _NEW_ID, "number": 4, **_NEW, "title": "Nutrition coach", "is_active": True, **_STORED},
        status=201,
    ),
]
CHANGED_STAFF_MEMBER: Final = [
    sent("Another phone number", _PHONE),
    answered("Changed", {**_INES, **_PHONE, "version": 2}),
]
