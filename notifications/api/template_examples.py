"""Examples for the OpenAPI document. They work against the demo tenant harbor."""

from typing import Any, Final
from uuid import UUID

from drf_spectacular.utils import OpenApiExample, OpenApiParameter

from api.examples import answered, sent

# Of the demo tenant harbor, both in Spanish.
BOOKED: Final = "2683cd7d-2ab2-523e-8dd6-cf13ade67b47"
CANCELLED: Final = "b94fb95f-9325-5964-88a4-1c75359051e2"

_NEW: dict[str, Any] = {
    "language": "de",
    "subject": "Ihr Termin am {{ booking.start | date: 'medium' }}",
    "text": "Guten Tag {{ reader.name }},\n\n  {{ booking.date }}\n  {{ booking.times }}\n\nBis bald!\n",
}
_STORED: dict[str, Any] = {
    "id": "0198c0de-7a00-7000-8000-0c11e0000002",
    "rule_id": 1,
    "brand_id": None,
    **_NEW,
    "html": "",
    "failed_at": None,
    "failure": "",
    "version": 1,
    "created_at": "2026-11-20T16:04:05.123456Z",
    "updated_at": "2026-11-20T16:04:05.123456Z",
}
_SUBJECT = {"subject": "Gebucht: {{ booking.start | datetime }}"}


def _template_id(name: str, value: str) -> OpenApiParameter:
    return OpenApiParameter(
        "id",
        UUID,
        OpenApiParameter.PATH,
        description="The template's id.",
        examples=[OpenApiExample(name, value=value)],
    )


TEMPLATE_ID: Final = _template_id("'Booked' of the demo, in Spanish", BOOKED)
UNWANTED_TEMPLATE_ID: Final = _template_id("'Cancelled' of the demo, in Spanish", CANCELLED)
TEMPLATE: Final = [answered("A template", _STORED)]
TEMPLATES: Final = [answered("A page", _STORED)]
NEW_TEMPLATE: Final = [sent("For all brands, in German", _NEW), answered("Stored", _STORED, status=201)]
CHANGED_TEMPLATE: Final = [
    sent("Another subject", _SUBJECT),
    answered("Changed", {**_STORED, **_SUBJECT, "version": 2}),
]
_SHOWN: dict[str, Any] = {
    "language": "en",
    "template_id": None,
    "subject": "Booked: Ines Calloway, 15 Jan 2031, 10:00 EST",
    "text": "Hello Maya,\n\nyou are booked with Ines Calloway.\n\n...\n",
    "html": "<!doctype html> ...",
}
PREVIEW: Final = [
    sent("What a client reads, about a made-up booking", {"reader": "client", "language": "en"}),
    sent("A draft", {"subject": "{{ client.name }}", "text": "{{ booking.date }}", "reader": "staff"}),
    answered("The message", _SHOWN),
]
VOCABULARY: Final = [
    answered(
        "An excerpt",
        {
            "variables": [{"name": "booking.date", "meaning": "The day.", "example": "Friday, 15 January 2027"}],
            "filters": [{"name": "upcase", "meaning": "In capitals."}],
            "tags": ["if", "endif"],
        },
    )
]
