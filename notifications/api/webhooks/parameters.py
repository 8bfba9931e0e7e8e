"""The parameters of the webhook endpoints, and where their answers lead (OpenAPI links)."""

import uuid
from typing import Any, Final

from drf_spectacular.utils import OpenApiExample, OpenApiParameter

from notifications.api.webhooks import examples


def _endpoint(*shown: OpenApiExample) -> OpenApiParameter:
    return OpenApiParameter(
        "id", uuid.UUID, OpenApiParameter.PATH, description="The webhook endpoint's id.", examples=list(shown)
    )


ENDPOINT_ID: Final = _endpoint(OpenApiExample("Shop system of the demo", value=examples.ENDPOINT))
OLD_ENDPOINT_ID: Final = _endpoint(OpenApiExample("Old shop system of the demo", value=examples.OLD_ENDPOINT))
# Of one that is switched on.
NEW_ENDPOINT_ID: Final = _endpoint()
DELIVERY_ID: Final = OpenApiParameter(
    "id",
    {"type": "integer", "minimum": 1, "maximum": 2**63 - 1},
    OpenApiParameter.PATH,
    description="The delivery's id.",
)


def _leads_to(key: str, *operations: str) -> dict[str, Any]:
    return {"x-links": {name: {"operationId": name, "parameters": {"id": key}} for name in operations}}


ENDPOINT_LEADS_TO: Final = _leads_to(
    "$response.body#/id", "getWebhookEndpoint", "changeWebhookEndpoint", "rotateWebhookSecret", "testWebhookEndpoint"
)
ENDPOINTS_LEAD_TO: Final = _leads_to("$response.body#/data/0/id", "getWebhookEndpoint", "changeWebhookEndpoint")
DELIVERY_LEADS_TO: Final = _leads_to("$response.body#/id", "getWebhookDelivery", "replayWebhookDelivery")
DELIVERIES_LEAD_TO: Final = _leads_to("$response.body#/data/0/id", "getWebhookDelivery", "replayWebhookDelivery")
