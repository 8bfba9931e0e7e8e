"""The parameters of the coach endpoints, and where their answers lead (OpenAPI links)."""

import uuid
from typing import Any, Final

from drf_spectacular.utils import OpenApiExample, OpenApiParameter

from api import examples

_FOR = "For a service token with the scope act-as: the person for whom the request acts. "

# Typed as what is valid: a malformed id is nobody's, so it is answered with the family's 404.
COACH_ID: Final = OpenApiParameter(
    "coach_id",
    uuid.UUID,
    OpenApiParameter.PATH,
    description="The coach's id (a person's).",
    examples=[OpenApiExample("Ines Calloway of the demo", value=examples.COACH)],
)
BOOKING_ID: Final = OpenApiParameter("id", uuid.UUID, OpenApiParameter.PATH, description="The booking's id.")
BEGUN_BOOKING_ID: Final = OpenApiParameter(
    "id",
    uuid.UUID,
    OpenApiParameter.PATH,
    description="The booking's id.",
    examples=[OpenApiExample("One of the demo that has begun", value=examples.BEGUN_BOOKING)],
)
MISSED_BOOKING_ID: Final = OpenApiParameter(
    "id",
    uuid.UUID,
    OpenApiParameter.PATH,
    description="The booking's id.",
    examples=[OpenApiExample("Another of the demo that has begun", value=examples.MISSED_BOOKING)],
)
FOR_PATIENT: Final = OpenApiParameter(
    "X-Current-User-Id",
    uuid.UUID,
    OpenApiParameter.HEADER,
    description=_FOR + "Leave it out with a user's own token.",
    examples=[OpenApiExample("Maya Lindqvist of the demo", value=examples.PATIENT)],
)
FOR_COACH: Final = OpenApiParameter(
    "X-Current-User-Id", uuid.UUID, OpenApiParameter.HEADER, description=_FOR + "Here: the coach, or nobody."
)


def _links(booking: str, **operations: str) -> dict[str, Any]:
    return {
        "x-links": {
            name: {"operationId": operation, "parameters": {"id": booking}} for name, operation in operations.items()
        }
    }


_ID: Final = "$response.body#/id"
BOOKING_LEADS_TO: Final = _links(_ID, cancel="cancelCoachBooking", reschedule="rescheduleCoachBooking")
MOVED_BOOKING_LEADS_TO: Final = _links(_ID, cancel="cancelCoachBooking")
BOOKINGS_LEAD_TO: Final = _links(
    "$response.body#/bookings/0/id", cancel="cancelCoachBooking", reschedule="rescheduleCoachBooking"
)
