"""The links in mails by which a reader unsubscribes: signed, bound to the tenant and to one message.

A link says nothing about its reader, and nothing of it is stored: the message knows its address, its channel and its
brand. The keys are of their own, so that they can change without the platform's secret, and the other way round.
"""

import base64
import binascii
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.urls import reverse

from notifications.models import Message
from tenants.addresses import address_of
from tenants.context import current_schema
from tenants.resolution import by_schema

# Mails lie in mailboxes for long. The law asks for 30 days (15 U.S.C. 7704 (a)(3)).
LIFETIME: Final = timedelta(days=730)
_PURPOSE = "unsubscribe"


def unsubscribe_url(message: Message) -> str:
    """The absolute address, at the tenant's primary domain; the same on every try."""
    path = reverse("unsubscribe", args=[token_for(message)], urlconf=settings.ROOT_URLCONF)
    return address_of(by_schema(current_schema()), path)


def token_for(message: Message) -> str:
    return _signer().sign(base64.urlsafe_b64encode(message.pk.bytes).rstrip(b"=").decode())


def message_of(token: str, *, now: datetime) -> Message | None:
    """The message of whose link this is; None for a link that is forged, another tenant's, for something else, or
    too old."""
    try:
        key = base64.urlsafe_b64decode(f"{_signer().unsign(token)}==")
        message = Message.objects.select_related("recipient", "brand", "rule").filter(pk=UUID(bytes=key)).first()
    except (signing.BadSignature, binascii.Error, ValueError):
        return None
    if message is None or (message.sent_at or message.due_at) + LIFETIME <= now:
        return None
    return message


def _signer() -> signing.Signer:
    key, *earlier = settings.UNSUBSCRIBE_KEYS
    return signing.Signer(key=key, fallback_keys=earlier, sep=".", salt=f"slotkeeper.{_PURPOSE}.{current_schema()}")
