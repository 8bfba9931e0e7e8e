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
from api.versions import IF_MATCH_NEEDED, expected_versions, versioned
from api.viewsets import PlatformViewSet
from notifications.api import account_examples as examples
from notifications.api import account_serializers as shapes
from notifications.channels.fields import WrongFieldsError
from notifications.models import ChannelAccount
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
    versioned: ClassVar = {"retrieve", "create", "partial_update"}
    scopes: ClassVar = {
        "list": {"read:channels"},
        "retrieve": {"read:channels"},
        "create": {"write:channels"},
        "partial_update": {"write:channels"},
        "destroy": {"write:channels"},
        "test": {"write:channels"},
    }
    refusals: ClassVar = {
        "list": [InvalidInputError],
        "retrieve": [NotFoundError],
        "create": [ForeignBrandError, ChannelTakenError],
        "partial_update": [NotFoundError, PreconditionRequiredError, GoneError, StaleVersionError, ChannelTakenError],
        "destroy": [NotFoundError, PreconditionRequiredError, GoneError, StaleVersionError],
        "test": [NotFoundError, TooManyTestsError],
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
        return self.get_paginated_response([shapes.account_json(account, now=self.now) for account in page or []])

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
        return Response(shapes.account_json(account, now=self.now), status=202)

    def _answer(self, account: ChannelAccount, *, status: int = 200) -> Response:
        return versioned(Response(shapes.account_json(account, now=self.now), status=status), account.version)


@contextmanager
def _named(parent: str) -> Iterator[None]:
    """Wrong fields as the API says them."""
    try:
        yield
    except WrongFieldsError as error:
        # The provider is a field of the body, not of the settings.
        names = {name: name if name == "provider" or not parent else f"{parent}.{name}" for name in error.wrong}
        raise InvalidInputError({names[name]: [text] for name, text in error.wrong.items()}) from error
