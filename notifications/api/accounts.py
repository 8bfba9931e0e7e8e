"""The accounts that carry a tenant's messages, in the platform's own format. Secrets go in and never come out."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from api.brands import ForeignBrandError, chosen_brand_id, of_brand
from api.errors import InvalidInputError, NotFoundError, PreconditionRequiredError
from api.paging import OpaqueCursor
from api.request import principal_of
from api.versions import IF_MATCH, IF_MATCH_NEEDED, expected_versions, versioned
from api.viewsets import PlatformViewSet
from api.writes import shown_once
from notifications.api import account_examples as examples
from notifications.api import account_serializers as shapes
from notifications.channels.fields import WrongFieldsError
from notifications.models import ChannelAccount
from notifications.services.rotate_reports_secret import NoReportsError, rotate_reports_secret
from notifications.services.set_up_channel import ChannelTakenError, change_channel, remove_channel, set_up_channel
from notifications.services.try_channel import TooManyTestsError, ask_for_test
from notifications.tasks import wake_for_test
from tenants.errors import GoneError, StaleVersionError


class ChannelAccountViewSet(PlatformViewSet):
    """A brand's application sees and changes the brand's accounts; one of the whole tenant those of every brand, and of
    all."""

    queryset = ChannelAccount.objects.all()
    pagination_class = OpaqueCursor
    queries: ClassVar = {"list": shapes.AccountsQuery}
    lookup_value_converter = "uuid"
    versioned: ClassVar = {"retrieve", "create", "partial_update", "rotate_reports_url"}
    scopes: ClassVar = {
        "list": {"read:channels"},
        "retrieve": {"read:channels"},
        "create": {"write:channels"},
        "partial_update": {"write:channels"},
        "destroy": {"write:channels"},
        "test": {"write:channels"},
        "rotate_reports_url": {"write:channels"},
    }
    refusals: ClassVar = {
        "list": [InvalidInputError],
        "retrieve": [NotFoundError],
        "create": [ForeignBrandError, ChannelTakenError],
        "partial_update": [NotFoundError, PreconditionRequiredError, GoneError, StaleVersionError, ChannelTakenError],
        "destroy": [NotFoundError, PreconditionRequiredError, GoneError, StaleVersionError],
        "test": [NotFoundError, TooManyTestsError],
        "rotate_reports_url": [NotFoundError, StaleVersionError, NoReportsError],
    }

    def accounts(self) -> Any:
        return self.queryset.filter(of_brand(self.request))

    def found(self, account_id: Any) -> ChannelAccount:
        account: ChannelAccount | None = self.accounts().filter(pk=account_id).first()
        if account is None:
            raise NotFoundError
        return account

    @extend_schema(
        operation_id="listChannelAccounts",
        tags=["channels"],
        summary="List the accounts that carry messages",
        parameters=[shapes.AccountsQuery],
        responses=shapes.AccountOutput(many=True),
        examples=examples.ACCOUNTS,
    )
    def list(self, request: Request) -> Response:  # noqa: ARG002
        accounts = self.accounts()
        if channel := self.query().get("channel"):
            accounts = accounts.filter(channel=channel)
        page = self.paginate_queryset(accounts)
        return self.get_paginated_response([self._json(account) for account in page or []])

    @extend_schema(
        operation_id="getChannelAccount",
        tags=["channels"],
        summary="Read an account, with how its last test went",
        parameters=[examples.ACCOUNT_ID],
        responses=shapes.AccountOutput,
        examples=examples.ACCOUNT,
    )
    def retrieve(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        return self._answer(self.found(pk))

    @extend_schema(
        operation_id="createChannelAccount",
        tags=["channels"],
        summary="Set up an account: messages leave through it from then on",
        description="`brand_id: null` is for all brands that have no account of their own; only an application of the "
        "whole tenant may set that. One account per channel and brand may be on.",
        request=shapes.NewAccountInput,
        responses={201: shapes.AccountOutput},
        examples=examples.NEW_ACCOUNT,
        extensions=examples.LEADS_TO,
    )
    def create(self, request: Request) -> Response:
        fields = self.parsed(shapes.NewAccountInput)
        with _named("settings"):
            account = set_up_channel(
                channel=fields["channel"],
                provider=fields["provider"],
                brand_id=chosen_brand_id(request, fields),
                values=fields["settings"],
                is_active=fields["is_active"],
                now=self.now,
            )
        return self._answer(account, status=201)

    @extend_schema(
        operation_id="changeChannelAccount",
        tags=["channels"],
        summary="Change an account's settings, or switch it on or off",
        description="What is left out stays, secrets too; an empty text removes. Who changes the server enters the "
        "secrets again: they were entrusted for the one before.",
        parameters=[examples.ACCOUNT_ID, IF_MATCH_NEEDED],
        request=shapes.AccountChanges,
        responses=shapes.AccountOutput,
        examples=examples.CHANGED_ACCOUNT,
    )
    def partial_update(self, request: Request, pk: str) -> Response:
        fields = self.parsed(shapes.AccountChanges)
        account = self.found(pk)
        with _named("settings"):
            account = change_channel(
                account=account,
                changes=fields.get("settings", {}),
                is_active=fields.get("is_active"),
                expected=expected_versions(request, required=True),
                now=self.now,
            )
        return self._answer(account)

    @extend_schema(
        operation_id="deleteChannelAccount",
        tags=["channels"],
        summary="Remove an account and its secrets",
        parameters=[examples.NEW_ACCOUNT_ID, IF_MATCH_NEEDED],
        request=None,
        responses={204: None},
    )
    def destroy(self, request: Request, pk: str) -> Response:
        account = self.found(pk)
        remove_channel(account=account, expected=expected_versions(request, required=True))
        return Response(status=204)

    @extend_schema(
        operation_id="testChannelAccount",
        tags=["channels"],
        summary="Send a test message",
        description="Answers at once; a worker sends it within seconds. Read the account until `last_test.state` is "
        "`ok` or `failed`; `text` then says what happened. After a minute without a worker it is `unanswered`. Works "
        "for accounts that are off too.",
        parameters=[examples.ACCOUNT_ID],
        request=shapes.TestInput,
        responses={202: shapes.AccountOutput},
        examples=examples.TESTED,
    )
    @action(detail=True, methods=["post"])
    def test(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        fields = self.parsed(shapes.TestInput)
        account = self.found(pk)
        with _named(""):
            account = ask_for_test(account=account, to=fields["to"], now=self.now)
        wake_for_test(account.pk)
        return shown_once(Response(self._json(account), status=202), "reports_url")

    @extend_schema(
        operation_id="rotateReportsUrl",
        tags=["channels"],
        summary="Give an account another address for its provider's reports",
        description="The old address ends at once: enter the new one, `reports_url`, at the provider. For mail "
        "providers alone.",
        parameters=[examples.NEW_ACCOUNT_ID, IF_MATCH],
        request=None,
        responses=shapes.AccountOutput,
        examples=examples.ROTATED,
    )
    @action(detail=True, methods=["post"], url_path="rotate-reports-url")
    def rotate_reports_url(self, request: Request, pk: str) -> Response:
        account = self.found(pk)
        return self._answer(rotate_reports_secret(account=account, expected=expected_versions(request)))

    def _json(self, account: ChannelAccount) -> dict[str, Any]:
        may_write = "write:channels" in principal_of(self.request).scopes
        return shapes.account_json(account, shows_secret=may_write, now=self.now)

    def _answer(self, account: ChannelAccount, *, status: int = 200) -> Response:
        answer = shown_once(Response(self._json(account), status=status), "reports_url")
        return versioned(answer, account.version)


@contextmanager
def _named(parent: str) -> Iterator[None]:
    """Wrong fields as the API says them."""
    try:
        yield
    except WrongFieldsError as error:
        # The provider is a field of the body, not of the settings.
        names = {name: name if name == "provider" or not parent else f"{parent}.{name}" for name in error.wrong}
        raise InvalidInputError({names[name]: [text] for name, text in error.wrong.items()}) from error
