"""Endpoints, what happens to bookings, and a worker's turns."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any

from notifications.models import WebhookDelivery, WebhookEndpoint
from notifications.services.change_webhook_endpoint import delete_webhook_endpoint
from notifications.services.deliver_webhooks import deliver_webhooks
from notifications.services.register_webhook_endpoint import RegisteredEndpoint, register_webhook_endpoint
from notifications.services.rest_endpoint import wake_endpoint
from tenants.brands.models import Brand


def register(url: str, *, brand: Brand | None = None, **fields: Any) -> RegisteredEndpoint:
    return register_webhook_endpoint(
        **{"url": url, "brand_id": brand and brand.pk, "now": datetime.now(tz=UTC), **fields}
    )


def delete_all() -> None:
    for endpoint in WebhookEndpoint.objects.kept():
        delete_webhook_endpoint(endpoint=endpoint, now=datetime.now(tz=UTC))


def turn(*, seconds: float = 20) -> int:
    """A worker's turn, with time for all that is due."""
    return deliver_webhooks(deadline=time.monotonic() + seconds)


def past() -> datetime:
    return datetime.now(tz=UTC) - timedelta(seconds=1)


def retry_now(endpoint: WebhookEndpoint | None = None) -> int:
    """A turn after all waits and pauses have passed."""
    for waiting in WebhookEndpoint.objects.all():
        wake_endpoint(waiting.pk)
    WebhookDelivery.objects.filter(state__in=["planned", "failed"]).update(due_at=past())
    return turn()


def end_leases() -> None:
    WebhookDelivery.objects.filter(state="sending").update(lease_until=past())


def states() -> list[str]:
    return list(WebhookDelivery.objects.order_by("pk").values_list("state", flat=True))


def only() -> WebhookDelivery:
    return WebhookDelivery.objects.get()
