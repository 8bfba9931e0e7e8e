"""Rules in the platform's own format."""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from api.brands import ForeignBrandError, check_own_brand, chosen_brand_id, of_brand_or_all
from api.errors import InvalidInputError, NotFoundError, PreconditionRequiredError, by_field
from api.paging import OpaqueCursor
from api.versions import IF_MATCH_NEEDED, expected_versions, versioned
from api.viewsets import PlatformViewSet
from notifications.api import rule_examples as examples
from notifications.api import rule_shapes as shapes
from notifications.models import Rule
from notifications.services.change_rule import archive_rule, change_rule, create_rule
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
    def create(self, request: Request) -> Response:
        fields = self.parsed(shapes.RuleInput)
        fields["brand_id"] = chosen_brand_id(request, fields)
        with by_field():
            rule = create_rule(fields=fields, now=self.now)
        return _answer(rule, status=201)

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
        if "brand_id" in changes:
            chosen_brand_id(request, changes)
        expected = expected_versions(request, required=True)
        with by_field():
            rule = change_rule(rule=rule, changes=changes, now=self.now, expected=expected)
        return _answer(rule)

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
        return self.get_queryset().filter(of_brand_or_all(self.request))

    def _found(self, pk: int) -> Rule:
        rule: Rule | None = self._rules().filter(pk=pk).first()
        if rule is None:
            raise NotFoundError
        return rule

    def _own(self, pk: int) -> Rule:
        rule = self._found(pk)
        check_own_brand(self.request, rule.brand_id)
        return rule


def _answer(rule: Rule, *, status: int = 200) -> Response:
    return versioned(Response(shapes.rule_json(rule), status=status), rule.version)
