"""Registering a webhook endpoint."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from notifications.channels.webhooks.receivers import check_url
from notifications.channels.webhooks.signing import new_secret
from notifications.models import WebhookEndpoint
from notifications.rules.webhooks import MOST_ENDPOINTS
from notifications.services.change_webhook_endpoint import naming
from tenants.errors import DomainError, Kind
from tenants.secrets import seal


class WebhookEndpointLimitError(DomainError):
    code = "webhook_endpoint_limit"
    kind = Kind.CONFLICT
    message = "There are {most} webhook endpoints already. Delete one that is no longer used."


@dataclass(frozen=True, slots=True)
class RegisteredEndpoint:
    endpoint: WebhookEndpoint
    # The only time that anybody sees it.
    secret: str


@transaction.atomic
def register_webhook_endpoint(
    *, url: str, brand_id: UUID | None, event_types: Sequence[str] = (), description: str = "", now: datetime
) -> RegisteredEndpoint:
    """Tells an address from now on what happens to the bookings of a brand, or of all.

    Raises ValidationError, by field; WebhookEndpointLimitError.
    """
    with naming("url"):
        check_url(url)
    if WebhookEndpoint.objects.kept().count() >= MOST_ENDPOINTS:
        raise WebhookEndpointLimitError(most=MOST_ENDPOINTS)
    secret = new_secret()
    endpoint = WebhookEndpoint(
        url=url,
        brand_id=brand_id,
        event_types=sorted(set(event_types)),
        description=description,
        secret=seal(secret),
        created_at=now,
    )
    endpoint.full_clean()
    endpoint.save(force_insert=True)
    return RegisteredEndpoint(endpoint, secret)
