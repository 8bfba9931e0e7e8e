"""Trying out a webhook endpoint, through the same outbox as everything else."""

from datetime import datetime

from django.db import transaction

from notifications.models import WebhookDelivery, WebhookEndpoint
from notifications.rules.webhooks import KEPT_TRYING, TEST_EVENT
from notifications.services.hints import hint_here
from notifications.services.plan_deliveries import payload
from notifications.services.rest_endpoint import wake_endpoint
from tenants.errors import DomainError, Kind
from tenants.leases import database_now
from tenants.telemetry import tracing, work


class WebhookEndpointOffError(DomainError):
    code = "webhook_endpoint_off"
    kind = Kind.STATE
    message = "The webhook endpoint is switched off: nothing is sent to it. Switch it on first."


@transaction.atomic
def send_test_webhook(*, endpoint: WebhookEndpoint, now: datetime) -> WebhookDelivery:
    """Plans a `webhook.test` for the endpoint alone, due at once. Raises WebhookEndpointOffError."""
    check_on(endpoint)
    due_at = database_now()
    delivery = WebhookDelivery.objects.create(
        endpoint=endpoint,
        event_type=TEST_EVENT,
        subject_kind="webhook_endpoint",
        subject_id=endpoint.pk,
        schedule_version=0,
        payload=payload(event=TEST_EVENT, at=now, data={"endpoint_id": str(endpoint.pk)}),
        due_at=due_at,
        expires_at=due_at + KEPT_TRYING,
        created_at=due_at,
        request_id=work.request_id(),
        traceparent=tracing.traceparent(),
    )
    wake_endpoint(endpoint.pk)
    hint_here(due_at)
    return delivery


def check_on(endpoint: WebhookEndpoint) -> None:
    """Locks the endpoint's row and raises WebhookEndpointOffError where it is off."""
    if not WebhookEndpoint.objects.select_for_update(no_key=True).filter(pk=endpoint.pk, is_active=True).exists():
        raise WebhookEndpointOffError
