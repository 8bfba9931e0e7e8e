"""The parameters of the visit endpoints, and where their answers lead (OpenAPI links)."""

import uuid
from typing import Any, Final

from drf_spectacular.utils import OpenApiExample, OpenApiParameter

from api import examples
from visits.api import visit_examples as demo

_FOR = "For a service token with the scope act-as: the person for whom the request acts. "


def _path(name: str, what: str, example: str | None = None) -> OpenApiParameter:
    """Typed as what is valid: a malformed id is nobody's, so it is answered with the family's 404."""
    shown = [OpenApiExample("One of the demo", value=example)] if example else []
    return OpenApiParameter(name, uuid.UUID, OpenApiParameter.PATH, description=what, examples=shown)


PROVIDER_ID: Final = _path("id", "The provider's id (a person's).", examples.PROVIDER)
SLOT_ID: Final = _path("slot_id", "The slot's id.", demo.SLOT_TO_CLOSE)
VISIT_ID: Final = _path("id", "The visit's id.")
READ_VISIT_ID: Final = _path("id", "The visit's id.", demo.VISIT)
BEGUN_VISIT_ID: Final = _path("id", "The visit's id.", demo.BEGUN_VISIT)
MISSED_VISIT_ID: Final = _path("id", "The visit's id.", demo.MISSED_VISIT)
WAITING_VISIT_ID: Final = _path("id", "The visit's id.", demo.WAITING_VISIT)
RUNNING_VISIT_ID: Final = _path("id", "The visit's id.", demo.RUNNING_VISIT)
DONE_VISIT_ID: Final = _path("id", "The visit's id.", demo.DONE_VISIT)
OF_BRAND: Final = OpenApiParameter(
    "brand_id",
    uuid.UUID,
    OpenApiParameter.QUERY,
    required=True,
    description="The current brand.",
    examples=[OpenApiExample("Harbor Mind of the demo", value=examples.BRAND)],
)
FOR_PATIENT: Final = OpenApiParameter(
    "X-Current-User-Id",
    uuid.UUID,
    OpenApiParameter.HEADER,
    description=_FOR + "Leave it out with a user's own token.",
    examples=[OpenApiExample("Maya Lindqvist of the demo", value=examples.PATIENT)],
)
FOR_ANYBODY: Final = OpenApiParameter(
    "X-Current-User-Id", uuid.UUID, OpenApiParameter.HEADER, description=_FOR + "The patient, the provider, or nobody."
)
FOR_PROVIDER: Final = OpenApiParameter(
    "X-Current-User-Id", uuid.UUID, OpenApiParameter.HEADER, description=_FOR + "Here: the provider, or nobody."
)


def _links(visit: str, **operations: str) -> dict[str, Any]:
    return {
        "x-links": {
            name: {"operationId": operation, "parameters": {"id": visit}} for name, operation in operations.items()
        }
    }


VISIT_LEADS_TO: Final = _links("$response.body#/id", cancel="cancelVisit", reschedule="rescheduleVisit")
