"""Switching a webhook endpoint off."""

from datetime import datetime

from django.db import transaction
from django.db.models import F

from notifications.models import WebhookDelivery, WebhookEndpoint
from notifications.rules.webhooks import WAITING, DeliveryState


@transaction.atomic
def switch_off_endpoint(*, endpoint: WebhookEndpoint, why: str, now: datetime) -> None:
    """Nothing is written for it from now on, and what still waits is cancelled. Does nothing to one that is off."""
    switched = WebhookEndpoint.objects.filter(pk=endpoint.pk, is_active=True).update(
        is_active=False, disabled_at=now, disabled_why=why[:200], version=F("version") + 1, updated_at=now
    )
    if switched:
        WebhookDelivery.objects.filter(endpoint=endpoint.pk, state__in=WAITING).end(
            DeliveryState.CANCELLED, reason=f"The endpoint was switched off. {why}".strip()
        )
