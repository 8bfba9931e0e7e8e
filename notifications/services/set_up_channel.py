"""Setting up, changing and removing the accounts that carry a tenant's messages."""

import json
from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from notifications.channels.accounts import values_after
from notifications.channels.email.report_addresses import new_reports_secret
from notifications.channels.tables import PROVIDERS
from notifications.models import ChannelAccount
from tenants.errors import DomainError, Kind, check_version
from tenants.locking import locked
from tenants.secrets import seal


class ChannelTakenError(DomainError):
    code = "channel_taken"
    kind = Kind.CONFLICT
    message = "This channel has an account for this brand already. Switch that one off, or change it."


@transaction.atomic
def set_up_channel(
    *, channel: str, provider: str, brand_id: UUID | None, values: Mapping[str, str], is_active: bool, now: datetime
) -> ChannelAccount:
    """An account for one brand, or (None) for all that have none of their own. Messages leave through it at once.

    Raises WrongFieldsError, ChannelTakenError.
    """
    account = ChannelAccount(channel=channel, provider=provider, brand_id=brand_id, is_active=is_active)
    account.reports_secret = new_reports_secret(account)
    _write(account, values, now=now)
    return account


@transaction.atomic
def change_channel(
    *,
    account: ChannelAccount,
    changes: Mapping[str, str],
    is_active: bool | None,
    expected: frozenset[int] | None,
    now: datetime,
) -> ChannelAccount:
    """Changes the values that are named; an empty one removes. `expected` are the versions that the caller may have
    seen, None for any. Raises GoneError, StaleVersionError, WrongFieldsError, ChannelTakenError."""
    account = locked(ChannelAccount.objects, account.pk)
    check_version(account.version, expected=expected)
    account.version += 1
    if is_active is not None:
        account.is_active = is_active
    _write(account, changes, now=now)
    return account


@transaction.atomic
def remove_channel(*, account: ChannelAccount, expected: frozenset[int] | None) -> None:
    """Removes the account with its secrets. Messages to come leave through the next one that there is, or wait for
    nobody. Raises GoneError, StaleVersionError."""
    account = locked(ChannelAccount.objects, account.pk)
    check_version(account.version, expected=expected)
    account.delete()


def _write(account: ChannelAccount, changes: Mapping[str, str], *, now: datetime) -> None:
    # Switching off asks for nothing: also not whether the server is still there.
    if changes or account.is_active or account._state.adding:  # noqa: SLF001 - Django's way to tell a new row
        values = values_after(account, changes)
        names = PROVIDERS[account.channel][account.provider].secrets
        secrets = {name: value for name, value in values.items() if name in names}
        account.settings = {name: value for name, value in values.items() if name not in names}
        account.secrets = seal(json.dumps(secrets)) if secrets else ""
        account.secrets_set_at = {
            name: now.isoformat() if changes.get(name) else account.secrets_set_at.get(name, now.isoformat())
            for name in secrets
        }
    try:
        with transaction.atomic():
            account.save()
    except IntegrityError as error:
        if "channel_account_once" not in str(error):
            raise
        raise ChannelTakenError from error
