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


def _cancel(booking: str) -> dict[str, Any]:
    return {"x-links": {"cancel": {"operationId": "cancelCoachBooking", "parameters": {"id": booking}}}}


BOOKING_LEADS_TO: Final = _cancel("$response.body#/id")
BOOKINGS_LEAD_TO: Final = _cancel("$response.body#/bookings/0/id")
