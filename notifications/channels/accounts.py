"""Whose account carries a message, and the one place where its secrets are opened."""

import dataclasses
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.db.models import F, Q

from notifications.channels.errors import PermanentFailureError, UnreachableError
from notifications.channels.fields import Field, WrongFieldsError, checked
from notifications.channels.providers import Link, Provider
from notifications.channels.tables import PROVIDERS
from notifications.models import ChannelAccount
from notifications.rules import Channel, Why
from tenants.secrets import SecretUnreadableError, unseal

Load = TypeVar("Load")


@dataclass(frozen=True, slots=True)
class Account:
    """An account with its secrets open. They are not part of its `repr`."""

    provider: Provider[Any]
    values: Mapping[str, str] = dataclasses.field(repr=False)


class Links(Generic[Load]):
    """Connections for one channel: one for each account that is used, whichever brands use it."""

    def __init__(self, channel: Channel, *, own: Callable[[], Link[Load]] | None = None) -> None:
        """`own` is the platform's, for tenants without an account."""
        self._channel, self._own = channel, own
        self._by_brand: dict[UUID, tuple[Account | None, Link[Load]]] = {}
        self._open: dict[UUID | None, tuple[Account | None, Link[Load]]] = {}

    def of(self, brand_id: UUID) -> tuple[Account | None, Link[Load]]:
        """The account of a brand (None: the platform's own), and a connection in its name.

        Raises PermanentFailureError where there is none, UnreachableError where its secrets can't be opened.
        """
        if brand_id not in self._by_brand:
            row = account_of(self._channel, brand_id)
            key = None if row is None else row.pk
            if key not in self._open:
                self._open[key] = self._begin(row)
            self._by_brand[brand_id] = self._open[key]
        return self._by_brand[brand_id]

    def close(self) -> None:
        for _, link in self._open.values():
            link.close()

    def _begin(self, row: ChannelAccount | None) -> tuple[Account | None, Link[Load]]:
        if row is not None:
            account = opened(row)
            return account, account.provider.link(account.values)
        if self._own is None:
            raise PermanentFailureError(
                f"Nobody carries {self._channel.label} yet. Set up an account under Channels.", why=Why.NO_ACCOUNT
            )
        return None, self._own()


def values_after(row: ChannelAccount, changes: Mapping[str, str]) -> dict[str, str]:
    """All of an account's values after a change of some; an empty one removes. Servers are looked up.

    Raises WrongFieldsError. Secrets that were entered for one server are never sent to another: who changes the server
    enters them again, because else anybody who may change an account could have them sent to a server of their own.
    """
    provider = PROVIDERS.get(row.channel, {}).get(row.provider)
    if provider is None:
        raise WrongFieldsError({"provider": f"One of: {', '.join(PROVIDERS.get(row.channel, {}))}."})
    try:
        before = {**row.settings, **secrets_of(row)}
    except UnreachableError:  # then all are to be entered again
        before = dict(row.settings)
    values = checked(provider.fields, {**before, **changes})
    moved = [field for field in provider.fields if field.decides_where and before and _moves(field, before, values)]
    kept = [name for name in provider.secrets if name in values and not changes.get(name)]
    if moved and kept:
        raise WrongFieldsError(dict.fromkeys(kept, f"Enter it again: it would go elsewhere ({moved[0].label})."))
    return values


def _moves(field: Field, before: Mapping[str, str], after: Mapping[str, str]) -> bool:
    return before.get(field.name, field.default) != after.get(field.name, field.default)


def account_of(channel: str, brand_id: UUID) -> ChannelAccount | None:
    """The brand's own account, else the one of all brands."""
    mine = ChannelAccount.objects.filter(Q(brand=brand_id) | Q(brand=None), channel=channel, is_active=True)
    return mine.order_by(F("brand_id").asc(nulls_last=True)).first()


def opened(row: ChannelAccount) -> Account:
    """Raises UnreachableError: messages wait until the key is back, or somebody enters the secrets again."""
    provider = PROVIDERS[row.channel].get(row.provider)
    if provider is None:
        raise UnreachableError(f"This platform knows no provider {row.provider!r}. Set up another one under Channels.")
    return Account(provider, {**row.settings, **secrets_of(row)})


def secrets_of(row: ChannelAccount) -> dict[str, str]:
    """Raises UnreachableError."""
    if not row.secrets:
        return {}
    try:
        return dict(json.loads(unseal(row.secrets)))
    except SecretUnreadableError:
        raise UnreachableError(
            "The platform can't open the account's secrets. Enter them again under Channels."
        ) from None
