"""The parameters of the people endpoints, and where their answers lead (OpenAPI links)."""

import uuid
from typing import Any, Final

from drf_spectacular.utils import OpenApiExample, OpenApiParameter

from api import examples


def _id(whose: str, example: OpenApiExample) -> OpenApiParameter:
    return OpenApiParameter(
        "id", uuid.UUID, OpenApiParameter.PATH, description=f"The {whose} id (a person's).", examples=[example]
    )


CLIENT_ID: Final = _id("client's", OpenApiExample("Maya Lindqvist of the demo", value=examples.PATIENT))
STAFF_ID: Final = _id("staff member's", OpenApiExample("Ines Calloway of the demo", value=examples.COACH))


def _leads_to(noun: str, person: str) -> dict[str, Any]:
    return {
        "x-links": {name: {"operationId": f"{name}{noun}", "parameters": {"id": person}} for name in ("get", "change")}
    }


CLIENT_LEADS_TO: Final = _leads_to("Client", "$response.body#/id")
CLIENTS_LEAD_TO: Final = _leads_to("Client", "$response.body#/data/0/id")
STAFF_MEMBER_LEADS_TO: Final = _leads_to("StaffMember", "$response.body#/id")
STAFF_LEADS_TO: Final = _leads_to("StaffMember", "$response.body#/data/0/id")
