"""The secret address of an account at which its provider reports what became of mails."""

import hmac
import secrets
from typing import Final
from uuid import UUID

from django.conf import settings
from django.urls import reverse

from notifications.channels.email.trackers import TRACKERS
from notifications.channels.email.tracking import Tracker
from notifications.models import ChannelAccount
from notifications.rules import Channel
from tenants.addresses import address_of
from tenants.context import current_schema
from tenants.resolution import by_schema
from tenants.secrets import SecretUnreadableError, seal, unseal

# By this form our logs know the secret.
MARK: Final = "rpt_"


def tracker_of(account: ChannelAccount) -> Tracker | None:
    """How the account's provider reports; None where it doesn't."""
    return TRACKERS.get(account.provider) if account.channel == Channel.EMAIL else None


def is_checkable(account: ChannelAccount) -> bool:
    """Whether the account holds what its provider's signature is checked with, where it signs."""
    tracker = tracker_of(account)
    if tracker is None or tracker.key is None:
        return tracker is not None
    return tracker.key.name in {*account.settings, *account.secrets_set_at}


def new_reports_secret(account: ChannelAccount) -> str:
    """A sealed one, of 256 random bits; nothing for a provider that reports nothing."""
    return seal(MARK + secrets.token_urlsafe(32)) if tracker_of(account) else ""


def reports_url(account: ChannelAccount) -> str:
    """The absolute address, at the tenant's primary domain; empty where there is none, or none that can be read."""
    if tracker_of(account) is None or not account.reports_secret:
        return ""
    try:
        secret = unseal(account.reports_secret)
    except SecretUnreadableError:
        return ""
    path = reverse("mail-reports", args=[account.pk, secret], urlconf=settings.ROOT_URLCONF)
    return address_of(by_schema(current_schema()), path)


def account_reported_to(account_id: UUID, secret: str) -> ChannelAccount | None:
    """The account of the current tenant that has this address; also one that is off: what it sent before still comes
    back. Raises SecretUnreadableError."""
    account = ChannelAccount.objects.filter(pk=account_id).first()
    if account is None or tracker_of(account) is None or not account.reports_secret:
        return None
    is_right = hmac.compare_digest(secret.encode(errors="surrogatepass"), unseal(account.reports_secret).encode())
    return account if is_right else None
