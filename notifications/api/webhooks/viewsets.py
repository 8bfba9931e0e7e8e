"""Webhook endpoints and the log of what was delivered, in the platform's own format.

An application of one brand sees and changes the endpoints of that brand alone; one of the whole tenant all of them.
"""

from datetime import timedelta
from typing import Any, ClassVar
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from api.brands import ForeignBrandError, chosen_brand_id, of_brand
from api.errors import InvalidInputError, NotFoundError, PreconditionRequiredError, by_field
from api.paging import OpaqueCursor, PageQuery
from api.versions import IF_MATCH_NEEDED, expected_versions, versioned
from api.viewsets import PlatformViewSet
from api.writes import shown_once
from notifications.api.webhooks import examples, parameters
from notifications.api.webhooks import serializers as shapes
from notifications.models import WebhookDelivery, WebhookEndpoint
from notifications.services.change_webhook_endpoint import change_webhook_endpoint, delete_webhook_endpoint
from notifications.services.register_webhook_endpoint import WebhookEndpointLimitError, register_webhook_endpoint
from notifications.services.replay_delivery import replay_delivery
from notifications.services.rotate_webhook_secret import rotate_webhook_secret
from notifications.services.send_test_webhook import WebhookEndpointOffError, send_test_webhook
from tenants.errors import GoneError, StaleVersionError

_READ, _WRITE = {"read:webhooks"}, {"write:webhooks"}
_CHANGES = [NotFoundError, PreconditionRequiredError, GoneError, StaleVersionError]


class WebhookEndpointViewSet(PlatformViewSet):
    queryset = WebhookEndpoint.objects.all()
    pagination_class = OpaqueCursor
    lookup_value_converter = "uuid"
    queries: ClassVar = {"list": PageQuery}
    versioned: ClassVar = {"retrieve", "create", "partial_update"}
    scopes: ClassVar = {
        "list": _READ,
        "retrieve": _READ,
        "create": _WRITE,
        "partial_update": _WRITE,
        "destroy": _WRITE,
        "rotate_secret": _WRITE,
        "test": _WRITE,
    }
    refusals: ClassVar = {
        "list": [InvalidInputError],
        "retrieve": [NotFoundError],
        "create": [ForeignBrandError, WebhookEndpointLimitError],
        "partial_update": _CHANGES,
        "destroy": _CHANGES,
        "rotate_secret": [NotFoundError, GoneError],
        "test": [NotFoundError, WebhookEndpointOffError],
    }

    def endpoints(self) -> Any:
        return WebhookEndpoint.objects.kept().filter(of_brand(self.request))

    def found(self, pk: UUID) -> WebhookEndpoint:
        endpoint: WebhookEndpoint | None = self.endpoints().filter(pk=pk).first()
        if endpoint is None:
            raise NotFoundError
        return endpoint

    @extend_schema(
        operation_id="listWebhookEndpoints",
        tags=["webhooks"],
        summary="List webhook endpoints",
        parameters=[PageQuery],
        responses=shapes.WebhookEndpointOutput(many=True),
        examples=examples.ENDPOINTS,
        extensions=parameters.ENDPOINTS_LEAD_TO,
    )
    def list(self, request: Request) -> Response:  # noqa: ARG002
        self.query()
        page = self.paginate_queryset(self.endpoints()) or []
        return self.get_paginated_response([shapes.endpoint_json(endpoint) for endpoint in page])

    @extend_schema(
        operation_id="getWebhookEndpoint",
        tags=["webhooks"],
        summary="Read a webhook endpoint",
        parameters=[parameters.ENDPOINT_ID],
        responses=shapes.WebhookEndpointOutput,
        examples=examples.ENDPOINT_READ,
    )
    def retrieve(self, request: Request, pk: UUID) -> Response:  # noqa: ARG002
        endpoint = self.found(pk)
        return versioned(Response(shapes.endpoint_json(endpoint)), endpoint.version)

    @extend_schema(
        operation_id="createWebhookEndpoint",
        tags=["webhooks"],
        summary="Register a webhook endpoint",
        description="Answers its secret, which signs what is sent to it and is shown this once.",
        request=shapes.WebhookEndpointInput,
        responses={201: shapes.NewWebhookEndpointOutput},
        examples=examples.NEW_ENDPOINT,
        extensions=parameters.ENDPOINT_LEADS_TO,
    )
    def create(self, request: Request) -> Response:
        fields = self.parsed(shapes.WebhookEndpointInput)
        fields["brand_id"] = chosen_brand_id(request, fields)
        with by_field():
            made = register_webhook_endpoint(**fields, now=self.now)
        shown = shapes.endpoint_json(made.endpoint)
        response = _shown_once(shown, made.secret, status=201)
        return versioned(response, made.endpoint.version)

    @extend_schema(
        operation_id="changeWebhookEndpoint",
        tags=["webhooks"],
        summary="Change a webhook endpoint",
        parameters=[parameters.ENDPOINT_ID, IF_MATCH_NEEDED],
        request=shapes.WebhookEndpointChanges,
        responses=shapes.WebhookEndpointOutput,
        examples=examples.CHANGED_ENDPOINT,
    )
    def partial_update(self, request: Request, pk: UUID) -> Response:
        changes = self.parsed(shapes.WebhookEndpointChanges)
        endpoint = self.found(pk)
        expected = expected_versions(request, required=True)
        with by_field():
            endpoint = change_webhook_endpoint(endpoint=endpoint, changes=changes, now=self.now, expected=expected)
        return versioned(Response(shapes.endpoint_json(endpoint)), endpoint.version)

    @extend_schema(
        operation_id="deleteWebhookEndpoint",
        tags=["webhooks"],
        summary="Delete a webhook endpoint",
        description="What waits for it is cancelled. The log of its deliveries stays.",
        parameters=[parameters.OLD_ENDPOINT_ID, IF_MATCH_NEEDED],
        responses={204: None},
    )
    def destroy(self, request: Request, pk: UUID) -> Response:
        endpoint = self.found(pk)
        delete_webhook_endpoint(endpoint=endpoint, now=self.now, expected=expected_versions(request, required=True))
        return Response(status=204)

    @extend_schema(
        operation_id="rotateWebhookSecret",
        tags=["webhooks"],
        summary="Give a webhook endpoint a new secret",
        description="Answers the new secret, this once. For the overlap everything carries two signatures.",
        parameters=[parameters.ENDPOINT_ID],
        request=shapes.RotationInput,
        responses=shapes.NewSecretOutput,
        examples=examples.NEW_SECRET,
    )
    @action(detail=True, methods=["post"], url_path="rotate-secret")
    def rotate_secret(self, request: Request, pk: UUID) -> Response:  # noqa: ARG002
        overlap = timedelta(hours=self.parsed(shapes.RotationInput)["overlap_hours"])
        endpoint = self.found(pk)
        secret = rotate_webhook_secret(endpoint=endpoint, now=self.now, overlap=overlap)
        endpoint.refresh_from_db()
        return _shown_once({"previous_secret_until": endpoint.previous_until}, secret)

    @extend_schema(
        operation_id="testWebhookEndpoint",
        tags=["webhooks"],
        summary="Send a webhook.test to a webhook endpoint",
        description="Takes the way of every other delivery; the answer is where to see what became of it.",
        parameters=[parameters.NEW_ENDPOINT_ID],
        request=None,
        responses={201: shapes.WebhookDeliveryOutput},
        examples=examples.TESTED,
        extensions=parameters.DELIVERY_LEADS_TO,
    )
    @action(detail=True, methods=["post"])
    def test(self, request: Request, pk: UUID) -> Response:  # noqa: ARG002
        delivery = send_test_webhook(endpoint=self.found(pk), now=self.now)
        return Response(shapes.delivery_json(delivery), status=201)


class NewestFirst(OpaqueCursor):
    ordering = "-id"


class WebhookDeliveryViewSet(PlatformViewSet):
    queryset = WebhookDelivery.objects.all()
    pagination_class = NewestFirst
    lookup_value_converter = "int"
    queries: ClassVar = {"list": shapes.DeliveriesQuery}
    scopes: ClassVar = {"list": _READ, "retrieve": _READ, "replay": _WRITE}
    refusals: ClassVar = {
        "list": [InvalidInputError],
        "retrieve": [NotFoundError],
        "replay": [NotFoundError, GoneError, WebhookEndpointOffError],
    }

    def deliveries(self) -> Any:
        return WebhookDelivery.objects.filter(of_brand(self.request, path="endpoint__brand"))

    def found(self, pk: int) -> WebhookDelivery:
        delivery: WebhookDelivery | None = self.deliveries().select_related("endpoint").filter(pk=pk).first()
        if delivery is None:
            raise NotFoundError
        return delivery

    @extend_schema(
        operation_id="listWebhookDeliveries",
        tags=["webhooks"],
        summary="List what was delivered, and what was not",
        description="The newest first.",
        parameters=[shapes.DeliveriesQuery],
        responses=shapes.WebhookDeliveryOutput(many=True),
        examples=examples.DELIVERIES,
        extensions=parameters.DELIVERIES_LEAD_TO,
    )
    def list(self, request: Request) -> Response:  # noqa: ARG002
        query = self.query()
        columns = {"endpoint": "endpoint_id", "state": "state", "subject": "subject_id"}
        wanted = {columns[name]: value for name, value in query.items() if name in columns}
        page = self.paginate_queryset(self.deliveries().filter(**wanted)) or []
        return self.get_paginated_response([shapes.delivery_json(delivery) for delivery in page])

    @extend_schema(
        operation_id="getWebhookDelivery",
        tags=["webhooks"],
        summary="Read a delivery with every try",
        parameters=[parameters.DELIVERY_ID],
        responses=shapes.WebhookDeliveryDetailOutput,
        examples=examples.DELIVERY,
    )
    def retrieve(self, request: Request, pk: int) -> Response:  # noqa: ARG002
        delivery = self.found(pk)
        tries = [shapes.attempt_json(attempt) for attempt in delivery.tries.all()]
        return Response({**shapes.delivery_json(delivery), "tries": tries})

    @extend_schema(
        operation_id="replayWebhookDelivery",
        tags=["webhooks"],
        summary="Deliver once more",
        description="A new delivery with the same webhook-id and body. One that still waits for its next try is tried "
        "at once instead, and answered itself.",
        parameters=[parameters.DELIVERY_ID],
        request=None,
        responses={201: shapes.WebhookDeliveryOutput},
        examples=examples.REPLAYED,
    )
    @action(detail=True, methods=["post"])
    def replay(self, request: Request, pk: int) -> Response:  # noqa: ARG002
        delivery = replay_delivery(delivery=self.found(pk))
        return Response(shapes.delivery_json(delivery), status=201)


def _shown_once(data: dict[str, Any], secret: str, *, status: int = 200) -> Response:
    """An answer with a secret that is kept nowhere: repeated, it has none."""
    return shown_once(Response({**data, "secret": secret}, status=status), "secret")
