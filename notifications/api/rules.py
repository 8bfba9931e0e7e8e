"""Rules in the platform's own format."""

from collections.abc import Callable
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db.models import Q
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from api.brands import ForeignBrandError, confined_to
from api.errors import InvalidInputError, NotFoundError, PreconditionRequiredError
from api.paging import OpaqueCursor
from api.versions import IF_MATCH_NEEDED, expected_versions, versioned
from api.viewsets import PlatformViewSet
from notifications.api import rule_examples as examples
from notifications.api import rule_shapes as shapes
from notifications.models import Rule
from notifications.services.change_rule import archive_rule, change_rule, create_rule
from tenants.brands.models import Brand
from tenants.errors import GoneError, StaleVersionError

_READ, _WRITE = {"read:notifications"}, {"write:notifications"}
_CHANGES = [NotFoundError, ForeignBrandError, PreconditionRequiredError, GoneError, StaleVersionError]


class RuleViewSet(PlatformViewSet):
    """An application of one brand sees its brand's rules and those of all brands, and changes its own alone."""

    queryset = Rule.objects.kept()
    pagination_class = OpaqueCursor
    lookup_value_converter = "int"
    versioned: ClassVar = {"retrieve", "create", "partial_update"}
    queries: ClassVar = {"list": shapes.RulesQuery}
    scopes: ClassVar = {
        "list": _READ,
        "retrieve": _READ,
        "create": _WRITE,
        "partial_update": _WRITE,
        "destroy": _WRITE,
    }
    refusals: ClassVar = {
        "list": [InvalidInputError],
        "retrieve": [NotFoundError],
        "create": [ForeignBrandError],
        "partial_update": _CHANGES,
        "destroy": _CHANGES,
    }

    @extend_schema(
        operation_id="listNotificationRules",
        tags=["notifications"],
        summary="List who is told what, and when",
        parameters=[shapes.RulesQuery],
        responses=shapes.RuleOutput(many=True),
        examples=examples.RULES,
        extensions=examples.LIST_LEADS_TO,
    )
    def list(self, request: Request) -> Response:  # noqa: ARG002
        wanted = {name: value for name, value in self.query().items() if name in {"event", "channel"}}
        page = self.paginate_queryset(self._rules().filter(**wanted))
        return self.get_paginated_response([shapes.rule_json(rule) for rule in page or []])

    @extend_schema(
        operation_id="getNotificationRule",
        tags=["notifications"],
        summary="Read a rule",
        parameters=[examples.RULE_ID],
        responses=shapes.RuleOutput,
        examples=examples.RULE,
    )
    def retrieve(self, request: Request, pk: int) -> Response:  # noqa: ARG002
        return _answer(self._found(pk))

    @extend_schema(
        operation_id="createNotificationRule",
        tags=["notifications"],
        summary="Make a rule",
        description="One that tells before a start or after an end also counts for the bookings that there are.",
        request=shapes.RuleInput,
        responses={201: shapes.RuleOutput},
        examples=examples.NEW_RULE,
        extensions=examples.LEADS_TO,
    )
    def create(self, request: Request) -> Response:  # noqa: ARG002
        fields = self.parsed(shapes.RuleInput)
        fields.setdefault("brand_id", confined_to(self.request))
        self._check_brand(fields["brand_id"])
        return _answer(_checked(lambda: create_rule(fields=fields, now=self.now)), status=201)

    @extend_schema(
        operation_id="changeNotificationRule",
        tags=["notifications"],
        summary="Change a rule, and what it has planned and not sent",
        parameters=[examples.RULE_ID, IF_MATCH_NEEDED],
        request=shapes.RuleChanges,
        responses=shapes.RuleOutput,
        examples=examples.CHANGED_RULE,
    )
    def partial_update(self, request: Request, pk: int) -> Response:
        changes = self.parsed(shapes.RuleChanges)
        rule = self._own(pk)
        self._check_brand(changes.get("brand_id", rule.brand_id))
        expected = expected_versions(request, required=True)
        return _answer(_checked(lambda: change_rule(rule=rule, changes=changes, now=self.now, expected=expected)))

    @extend_schema(
        operation_id="deleteNotificationRule",
        tags=["notifications"],
        summary="End a rule, and drop what it has planned and not sent",
        parameters=[examples.ENDED_RULE_ID, IF_MATCH_NEEDED],
        request=None,
        responses={204: None},
    )
    def destroy(self, request: Request, pk: int) -> Response:
        archive_rule(rule=self._own(pk), now=self.now, expected=expected_versions(request, required=True))
        return Response(status=204)

    def _rules(self) -> Any:
        rules = self.get_queryset()
        brand_id = confined_to(self.request)
        return rules.filter(Q(brand=brand_id) | Q(brand=None)) if brand_id else rules

    def _found(self, pk: int) -> Rule:
        rule: Rule | None = self._rules().filter(pk=pk).first()
        if rule is None:
            raise NotFoundError
        return rule

    def _own(self, pk: int) -> Rule:
        rule = self._found(pk)
        if confined_to(self.request) not in {None, rule.brand_id}:
            raise ForeignBrandError
        return rule

    def _check_brand(self, brand_id: Any) -> None:
        """Raises ForeignBrandError for a rule that the caller may not make so, InvalidInputError for no brand."""
        if confined_to(self.request) not in {None, brand_id}:
            raise ForeignBrandError
        if brand_id and not Brand.objects.filter(pk=brand_id).exists():
            raise InvalidInputError({"brand_id": ["There is no such brand."]})


def _checked(save: Callable[[], Rule]) -> Rule:
    try:
        return save()
    except ValidationError as error:
        raise InvalidInputError(error.message_dict) from error


def _answer(rule: Rule, *, status: int = 200) -> Response:
    return versioned(Response(shapes.rule_json(rule), status=status), rule.version)
