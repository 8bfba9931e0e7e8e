"""A mail that left through a provider's account, and the provider that tells what became of it."""

from datetime import UTC, datetime
from typing import Any

from django.test import Client as Browser

from notifications.channels.email.report_addresses import reports_url
from notifications.models import ChannelAccount, Message
from notifications.services.set_up_channel import set_up_channel
from tenants.context import activate
from tests.notifications.channels.accounts import MAIL
from tests.notifications.optout import desk
from tests.notifications.reports.payloads import KEYS, Post

# What each provider may call a mail.
NAMES = {
    "mailgun": "<20180812211713.1.DF5966851B4BAA99@mg.example.com>",
    "sendgrid": "4ab185c2-0171-492f-9ce0-27de258efc99",
    "postmark": "883953f4-6105-42a2-a16a-77a8eac79483",
    "brevo": "<201803011158.9876543210@smtp-relay.mailin.fr>",
    "mailjet": "12345678901234567",
    "resend": "56761188-7520-42d8-8898-ff6fc54ce618",
    "sparkpost": "65832150921904138",
}


def account(provider: str = "postmark", *, brand: Any = None, **changes: str) -> ChannelAccount:
    """One that is off: what tests send goes nowhere."""
    return set_up_channel(
        channel="email",
        provider=provider,
        brand_id=brand.pk if brand else None,
        values={**MAIL[provider], **KEYS.get(provider, {}), **changes},
        is_active=False,
        now=datetime.now(tz=UTC),
    )


def sent(name: str = "", **booking: Any) -> Message:
    """A message that is not essential and was sent; its provider calls it `name`."""
    message = desk.sent_message(**booking)
    Message.objects.filter(pk=message.pk).update(provider_id=name)
    message.refresh_from_db()
    return message


def tell(
    tenant: Any, to: ChannelAccount | str, post: Post, *, method: str = "POST", host: str = "", **more: Any
) -> Any:
    """What a provider's request is answered; afterwards the connection is in the tenant again."""
    path = to if isinstance(to, str) else path_of(to)
    try:
        return Browser(raise_request_exception=False, enforce_csrf_checks=True).generic(
            method,
            path,
            post.body,
            content_type=more.pop("content_type", "application/json"),
            headers={"Host": host or f"{tenant.slug}.test", **post.headers},
        )
    finally:
        activate(tenant)


def path_of(account: ChannelAccount) -> str:
    url = reports_url(account)
    return url[url.index("/mail-reports/") :]
