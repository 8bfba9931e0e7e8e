"""Giving a webhook endpoint a new secret."""

from datetime import datetime, timedelta

from django.db import transaction

from notifications.channels.webhooks.signing import new_secret
from notifications.models import WebhookEndpoint
from notifications.rules.webhooks import OVERLAP
from tenants.locking import locked
from tenants.secrets import seal


@transaction.atomic
def rotate_webhook_secret(*, endpoint: WebhookEndpoint, now: datetime, overlap: timedelta = OVERLAP) -> str:
    """The endpoint's new secret, which is shown this once. For so long as `overlap` says the one before signs too,
    so that receivers can change over; none at all where it has leaked. Raises GoneError."""
    endpoint = locked(WebhookEndpoint.objects.kept(), endpoint.pk)
    secret = new_secret()
    keeps = overlap > timedelta()
    endpoint.previous_secret = endpoint.secret if keeps else ""
    endpoint.previous_until = now + overlap if keeps else None
    endpoint.secret = seal(secret)
    endpoint.version += 1
    endpoint.save(update_fields=["secret", "previous_secret", "previous_until", "version", "updated_at"])
    return secret
