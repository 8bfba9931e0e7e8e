"""Templates in the platform's own format."""

from typing import Any, ClassVar

from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from api.brands import ForeignBrandError, check_own_brand, chosen_brand_id, current_brand_id, of_brand_or_all
from api.errors import InsufficientScopeError, InvalidInputError, NotFoundError, PreconditionRequiredError
from api.paging import OpaqueCursor, PageQuery
from api.request import principal_of
from api.versions import IF_MATCH_NEEDED, expected_versions, versioned
from api.viewsets import PlatformViewSet
from notifications.api import template_examples as examples
from notifications.api import template_shapes as shapes
from notifications.models import Rule, Template
from notifications.rules import Audience
from notifications.services.add_template import InvalidTemplateError, TemplateExistsError, add_template
from notifications.services.change_template import change_template
from notifications.services.delete_template import delete_template
from notifications.services.preview_message import preview_message
from notifications.texts.engine import TAGS
from notifications.texts.filters import FILTERS
from notifications.texts.variables import VARIABLES
from tenants.brands.models import Brand
from tenants.errors import GoneError, StaleVersionError

RULE_ID = OpenApiParameter(
    "rule_id",
    {"type": "integer", "minimum": 1, "maximum": 2**63 - 1},
    OpenApiParameter.PATH,
    description="The rule's id.",
    examples=[OpenApiExample("'Booked' of the demo", value=1)],
)
_LEADS_TO = {
    "x-links": {
        name: {"operationId": f"{name}NotificationTemplate", "parameters": {"id": "$response.body#/id"}}
        for name in ("get", "change", "delete")
    }
}
_READ, _WRITE = {"read:notifications"}, {"write:notifications"}


class RuleTemplateViewSet(PlatformViewSet):
    """Everything below /v1/notification-rules/{rule_id}/templates."""

    queryset = Template.objects.all()
    pagination_class = OpaqueCursor
    versioned: ClassVar = {"create"}
    queries: ClassVar = {"list": PageQuery}
    scopes: ClassVar = {"list": _READ, "create": _WRITE, "preview": _READ}
    refusals: ClassVar = {
        "list": [NotFoundError, InvalidInputError],
        "create": [NotFoundError, ForeignBrandError, InvalidTemplateError, TemplateExistsError],
        "preview": [NotFoundError, InvalidTemplateError],
    }

    def rule(self, rule_id: int) -> Rule:
        found = Rule.objects.kept().filter(of_brand_or_all(self.request), pk=rule_id).first()
        if found is None:
            raise NotFoundError
        return found

    @extend_schema(
        operation_id="listNotificationTemplates",
        tags=["notifications"],
        summary="List a rule's templates",
        parameters=[RULE_ID, PageQuery],
        responses=shapes.TemplateOutput(many=True),
        examples=examples.TEMPLATES,
    )
    def list(self, request: Request, rule_id: int) -> Response:
        self.query()
        page = self.paginate_queryset(self.rule(rule_id).templates.filter(of_brand_or_all(request)))
        return self.get_paginated_response([shapes.template_json(template) for template in page or []])

    @extend_schema(
        operation_id="createNotificationTemplate",
        tags=["notifications"],
        summary="Write a rule's messages in one's own words",
        description="In one language, for one brand or for all. `errors` of a refusal names unknown variables,"
        " filters and tags with their lines.",
        parameters=[RULE_ID],
        request=shapes.TemplateInput,
        responses={201: shapes.TemplateOutput},
        examples=examples.NEW_TEMPLATE,
        extensions=_LEADS_TO,
    )
    def create(self, request: Request, rule_id: int) -> Response:
        fields = self.parsed(shapes.TemplateInput)
        rule = self.rule(rule_id)
        brand_id = chosen_brand_id(request, fields, within=rule.brand_id)
        template = add_template(
            rule=rule, brand_id=brand_id, language=fields["language"], data=shapes.template_data(fields)
        )
        return versioned(Response(shapes.template_json(template), status=201), template.version)

    @extend_schema(
        operation_id="previewNotification",
        tags=["notifications"],
        summary="Show what somebody would read",
        description="With a booking of yours (which needs `read:bookings` as well) or a made-up one, by a draft or"
        " by what is stored. Nothing is sent.",
        parameters=[RULE_ID],
        request=shapes.PreviewInput,
        responses=shapes.PreviewOutput,
        examples=examples.PREVIEW,
    )
    @action(detail=False, methods=["post"])
    def preview(self, request: Request, rule_id: int) -> Response:
        fields = self.parsed(shapes.PreviewInput)
        if fields.get("booking_id") and "read:bookings" not in principal_of(request).scopes:
            raise InsufficientScopeError(scope="read:bookings")
        shown = preview_message(
            rule=self.rule(rule_id),
            brand=Brand.objects.get(pk=current_brand_id(request)),
            booking_id=fields.get("booking_id"),
            audience=Audience(fields.get("reader", Audience.CLIENT)),
            language=fields.get("language", ""),
            draft=shapes.template_data(fields) if "text" in fields else None,
        )
        if shown is None:
            raise InvalidInputError({"booking_id": ["There is no such booking."]})
        return Response(shapes.preview_json(shown))


class TemplateViewSet(PlatformViewSet):
    """Everything below /v1/notification-templates."""

    queryset = Template.objects.select_related("rule")
    lookup_value_converter = "uuid"
    versioned: ClassVar = {"retrieve", "partial_update"}
    scopes: ClassVar = {"variables": _READ, "retrieve": _READ, "partial_update": _WRITE, "destroy": _WRITE}
    refusals: ClassVar = {
        "retrieve": [NotFoundError],
        "partial_update": [
            NotFoundError, ForeignBrandError, PreconditionRequiredError, GoneError, StaleVersionError,
            InvalidTemplateError, TemplateExistsError,
        ],
        "destroy": [NotFoundError, ForeignBrandError, PreconditionRequiredError, GoneError, StaleVersionError],
    }  # fmt: skip

    def found(self, template_id: Any, *, to_write: bool = False) -> Template:
        # One for all brands is nobody else's business where its rule is another brand's.
        seen = of_brand_or_all(self.request)
        rules = Rule.objects.kept().filter(seen)
        template = self.queryset.filter(seen, pk=template_id, rule__in=rules).first()
        if template is None:
            raise NotFoundError
        if to_write:
            check_own_brand(self.request, template.brand_id or template.rule.brand_id)
        return template

    @extend_schema(
        operation_id="listTemplateVariables",
        tags=["notifications"],
        summary="List what templates may say",
        description="The variables, filters and tags that there are.",
        responses=shapes.VocabularyOutput,
        examples=examples.VOCABULARY,
    )
    @action(detail=False, methods=["get"])
    def variables(self, request: Request) -> Response:  # noqa: ARG002
        return Response(
            {
                "variables": [{"name": one.name, "meaning": one.meaning, "example": one.example} for one in VARIABLES],
                "filters": [{"name": name, "meaning": filter_.__doc__} for name, filter_ in FILTERS.items()],
                "tags": list(TAGS),
            }
        )

    @extend_schema(
        operation_id="getNotificationTemplate",
        tags=["notifications"],
        summary="Read a template",
        parameters=[examples.TEMPLATE_ID],
        responses=shapes.TemplateOutput,
        examples=examples.TEMPLATE,
    )
    def retrieve(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        template = self.found(pk)
        return versioned(Response(shapes.template_json(template)), template.version)

    @extend_schema(
        operation_id="changeNotificationTemplate",
        tags=["notifications"],
        summary="Change a template",
        parameters=[examples.TEMPLATE_ID, IF_MATCH_NEEDED],
        request=shapes.TemplateChanges,
        responses=shapes.TemplateOutput,
        examples=examples.CHANGED_TEMPLATE,
    )
    def partial_update(self, request: Request, pk: str) -> Response:
        changes = self.parsed(shapes.TemplateChanges)
        template = self.found(pk, to_write=True)
        if "brand_id" in changes:
            chosen_brand_id(request, changes, within=template.rule.brand_id)
        expected = expected_versions(request, required=True)
        changed = change_template(template=template, changes=changes, expected=expected)
        return versioned(Response(shapes.template_json(changed)), changed.version)

    @extend_schema(
        operation_id="deleteNotificationTemplate",
        tags=["notifications"],
        summary="Delete a template",
        description="What is not sent yet is said in other words: another template's, or the built-in ones.",
        parameters=[examples.UNWANTED_TEMPLATE_ID, IF_MATCH_NEEDED],
        request=None,
        responses={204: None},
    )
    def destroy(self, request: Request, pk: str) -> Response:
        template = self.found(pk, to_write=True)
        delete_template(template=template, expected=expected_versions(request, required=True))
        return Response(status=204)
