"""Delivering a webhook once more."""

from django.db import transaction

from notifications.models import WebhookDelivery
from notifications.rules.webhooks import KEPT_TRYING, UNFINISHED, WAITING
from notifications.services.hints import hint_here
from notifications.services.rest_endpoint import wake_endpoint
from notifications.services.send_test_webhook import check_on
from tenants.leases import database_now
from tenants.locking import locked
from tenants.telemetry import tracing, work


@transaction.atomic
def replay_delivery(*, delivery: WebhookDelivery) -> WebhookDelivery:
    """A new delivery of the same webhook-id and payload, due at once.

    One that still waits for its next try is tried at once instead: another one would have to wait for it. Raises
    GoneError, WebhookEndpointOffError.
    """
    check_on(delivery.endpoint)
    wake_endpoint(delivery.endpoint_id)
    now = database_now()
    hint_here(now)
    delivery = locked(WebhookDelivery.objects, delivery.pk)
    if delivery.state in UNFINISHED:
        WebhookDelivery.objects.filter(pk=delivery.pk, state__in=WAITING).update(due_at=now)
        delivery.refresh_from_db()
        return delivery
    return WebhookDelivery.objects.create(
        endpoint_id=delivery.endpoint_id,
        webhook_id=delivery.webhook_id,
        event_type=delivery.event_type,
        subject_kind=delivery.subject_kind,
        subject_id=delivery.subject_id,
        schedule_version=delivery.schedule_version,
        payload=delivery.payload,
        due_at=now,
        expires_at=now + KEPT_TRYING,
        created_at=now,
        replay_of=delivery,
        request_id=work.request_id(),
        traceparent=tracing.traceparent(),
    )
