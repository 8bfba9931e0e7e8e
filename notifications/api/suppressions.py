"""The suppression list in the platform's own format."""

from typing import Any, ClassVar
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from api.brands import ForeignBrandError, chosen_brand_id, of_brand
from api.errors import InvalidInputError, NotFoundError, PreconditionRequiredError
from api.paging import OpaqueCursor
from api.versions import IF_MATCH_NEEDED, expected_versions, versioned
from api.viewsets import PlatformViewSet
from notifications.api import suppression_examples as examples
from notifications.api import suppression_shapes as shapes
from notifications.models import Suppression
from notifications.models.suppressions import SuppressionQuerySet
from notifications.rules import Channel
from notifications.rules.suppressions import SuppressionScope, normalised
from notifications.services.add_suppression import AlreadySuppressedError, add_suppression
from notifications.services.end_suppression import end_suppression
from tenants.errors import GoneError, StaleVersionError


class SuppressionViewSet(PlatformViewSet):
    """An application of one brand sees and changes that brand's; what is of all brands is the whole tenant's."""

    queryset = Suppression.objects.all()
    pagination_class = OpaqueCursor
    lookup_value_converter = "uuid"
    versioned: ClassVar = {"retrieve", "create"}
    queries: ClassVar = {"list": shapes.SuppressionQuery}
    scopes: ClassVar = {
        "list": {"read:suppressions"},
        "retrieve": {"read:suppressions"},
        "create": {"write:suppressions"},
        "destroy": {"write:suppressions"},
    }
    refusals: ClassVar = {
        "list": [InvalidInputError],
        "retrieve": [NotFoundError],
        "create": [ForeignBrandError, AlreadySuppressedError],
        "destroy": [NotFoundError, PreconditionRequiredError, GoneError, StaleVersionError, InvalidInputError],
    }

    @extend_schema(
        operation_id="listSuppressions",
        tags=["suppressions"],
        summary="List the addresses that are written to no more",
        description="A client application of one brand sees that brand's alone.",
        parameters=[shapes.SuppressionQuery],
        responses=shapes.SuppressionOutput(many=True),
        examples=examples.SUPPRESSIONS,
        extensions=examples.leads_to("$response.body#/data/0/id"),
    )
    def list(self, request: Request) -> Response:  # noqa: ARG002
        page = self.paginate_queryset(self._filtered(self.query()))
        return self.get_paginated_response([shapes.suppression_json(row) for row in page or []])

    @extend_schema(
        operation_id="getSuppression",
        tags=["suppressions"],
        summary="Read a suppression",
        parameters=[examples.SUPPRESSION_ID],
        responses=shapes.SuppressionOutput,
        examples=examples.SUPPRESSION,
    )
    def retrieve(self, request: Request, pk: UUID) -> Response:  # noqa: ARG002
        return _shown(self._found(pk))

    @extend_schema(
        operation_id="createSuppression",
        tags=["suppressions"],
        summary="Write to an address no more",
        description="Of one brand, or of all. Messages that are planned already are not sent either.",
        request=shapes.SuppressionInput,
        responses={201: shapes.SuppressionOutput},
        examples=examples.NEW_SUPPRESSION,
        extensions=examples.leads_to("$response.body#/id"),
    )
    def create(self, request: Request) -> Response:
        fields = self.parsed(shapes.SuppressionInput)
        suppression = add_suppression(
            channel=Channel(fields["channel"]),
            address=fields["address"],
            brand_id=chosen_brand_id(request, fields),
            scope=SuppressionScope(fields.get("scope", SuppressionScope.EVERYTHING)),
            note=fields.get("note", ""),
            now=self.now,
        )
        return _shown(suppression, status=201)

    @extend_schema(
        operation_id="endSuppression",
        tags=["suppressions"],
        summary="Write to an address again",
        description="The suppression is kept, ended. What stands against the address for another reason stays.",
        parameters=[examples.SUPPRESSION_ID, IF_MATCH_NEEDED],
        responses={204: None},
    )
    def destroy(self, request: Request, pk: UUID) -> Response:
        suppression = self._found(pk)
        expected = expected_versions(request, required=True)
        end_suppression(suppression=suppression, now=self.now, expected=expected)
        return Response(status=204)

    def _visible(self) -> SuppressionQuerySet:
        return Suppression.objects.filter(of_brand(self.request))

    def _found(self, key: UUID) -> Suppression:
        suppression = self._visible().filter(pk=key).first()
        if suppression is None:
            raise NotFoundError
        return suppression

    def _filtered(self, query: dict[str, Any]) -> SuppressionQuerySet:
        rows = self._visible()
        for name in ("channel", "reason"):
            if name in query:
                rows = rows.filter(**{name: query[name]})
        if "address" in query:
            channels = [Channel(query["channel"])] if "channel" in query else list(Channel)
            rows = rows.filter(address__in={normalised(channel, query["address"]) for channel in channels})
        if "active" in query:
            rows = rows.filter(ended_at__isnull=query["active"] == "true")
        return rows


def _shown(suppression: Suppression, *, status: int = 200) -> Response:
    return versioned(Response(shapes.suppression_json(suppression), status=status), suppression.version)
