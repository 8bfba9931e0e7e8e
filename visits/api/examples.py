"""Examples for the OpenAPI document. They work against the demo tenant harbor (tests/api/test_examples.py)."""

from typing import Any, Final

from api.examples import BRAND, answered, sent

_NEW: dict[str, Any] = {
    "brand_id": BRAND,
    "name": "Dr. Amara Osei",
    "specialty": "Psychiatry",
    "npi": "1487654321",
    "email": "amara.osei@example.com",
    "phone": "+1 212 555 0142",
    "metadata": {"languages": ["en", "fr"]},
}
NEW_PROVIDER: Final = [
    sent("A provider", _NEW),
    answered(
        "Registered",
        {
            "id": "0198c0de-7a00-7000-8000-0d0c00000001",
            **_NEW,
            "created_at": "2026-11-20T16:04:05.123456Z",
            "updated_at": "2026-11-20T16:04:05.123456Z",
        },
        status=201,
    ),
]
