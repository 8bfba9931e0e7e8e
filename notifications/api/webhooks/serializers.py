from typing import Any, Final

from rest_framework import serializers

from api.fields import BodySerializer
from api.paging import PageQuery
from notifications.models import WebhookAttempt, WebhookDelivery, WebhookEndpoint
from notifications.rules.webhooks import EVENT_TYPES as KNOWN
from notifications.rules.webhooks import LONGEST_OVERLAP_HOURS, DeliveryState

EVENT_TYPES: Final = [(name, name) for name in KNOWN]
STATES: Final = [(state.value, state.label) for state in DeliveryState]
_SHOWN_ONCE = "The secret that signs, shown this once; null where an Idempotency-Key repeats the answer."


class EventTypesField(serializers.ListField):
    child = serializers.ChoiceField(choices=EVENT_TYPES)

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=len(EVENT_TYPES), help_text="Empty: all.", **options)


class WebhookEndpointChanges(BodySerializer):
    """What is to be changed; what is left out stays."""

    url = serializers.CharField(
        max_length=2000, required=False, help_text="https, on the public Internet, without user name and password."
    )
    event_types = EventTypesField(required=False)
    description = serializers.CharField(max_length=200, required=False, allow_blank=True)
    is_active = serializers.BooleanField(
        required=False, help_text="Off: what waits is cancelled, and what happens meanwhile is never told."
    )


class WebhookEndpointInput(BodySerializer):
    """An address to be told what happens."""

    url = serializers.CharField(
        max_length=2000, help_text="https, on the public Internet, without user name and password."
    )
    event_types = EventTypesField(required=False)
    description = serializers.CharField(max_length=200, required=False, allow_blank=True)
    brand_id = serializers.UUIDField(
        required=False,
        allow_null=True,
        help_text="Whose bookings it is told about. Left out: the brand for which the caller speaks, or all of them.",
    )


class RotationInput(BodySerializer):
    """How long the secret before goes on signing beside the new one."""

    overlap_hours = serializers.IntegerField(
        min_value=0,
        max_value=LONGEST_OVERLAP_HOURS,
        help_text="A day is usual; 0 for a secret that has leaked.",
    )


class WebhookEndpointOutput(serializers.Serializer[Any]):
    """An address that is told what happens."""

    id = serializers.UUIDField()
    url = serializers.CharField()
    brand_id = serializers.UUIDField(allow_null=True, help_text="Null: all brands.")
    event_types = serializers.ListField(child=serializers.ChoiceField(choices=EVENT_TYPES), help_text="Empty: all.")
    description = serializers.CharField()
    is_active = serializers.BooleanField()
    disabled_at = serializers.DateTimeField(allow_null=True)
    disabled_why = serializers.CharField()
    previous_secret_until = serializers.DateTimeField(
        allow_null=True, help_text="Until then the secret before the current one signs too."
    )
    version = serializers.IntegerField(min_value=1)
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class NewWebhookEndpointOutput(WebhookEndpointOutput):
    """The new endpoint with its secret."""

    secret = serializers.CharField(allow_null=True, help_text=_SHOWN_ONCE)


class NewSecretOutput(serializers.Serializer[Any]):
    """The endpoint's new secret."""

    secret = serializers.CharField(allow_null=True, help_text=_SHOWN_ONCE)
    previous_secret_until = serializers.DateTimeField(
        allow_null=True, help_text="Until then the secret before signs too."
    )


class DeliveriesQuery(PageQuery):
    endpoint = serializers.UUIDField(required=False, help_text="Those to this endpoint.")
    state = serializers.ChoiceField(choices=STATES, required=False, help_text="Those in this state.")
    subject = serializers.UUIDField(required=False, help_text="Those about the booking with this id.")


class WebhookDeliveryOutput(serializers.Serializer[Any]):
    """One event on its way to one endpoint."""

    id = serializers.IntegerField(min_value=1)
    endpoint_id = serializers.UUIDField()
    webhook_id = serializers.UUIDField(help_text="The header webhook-id: the same on every try and in every replay.")
    event_type = serializers.CharField(help_text="As in the catalogue, or webhook.test.")
    subject_kind = serializers.CharField()
    subject_id = serializers.UUIDField()
    schedule_version = serializers.IntegerField(min_value=0)
    payload = serializers.DictField(help_text="The body, as it was when it happened.")
    state = serializers.ChoiceField(choices=STATES)
    reason = serializers.CharField(help_text="Why it is in this state.")
    attempts = serializers.IntegerField(min_value=0)
    last_status = serializers.IntegerField(allow_null=True, help_text="The endpoint's last HTTP status.")
    due_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField(help_text="When it is given up.")
    delivered_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()
    replay_of = serializers.IntegerField(allow_null=True)
    request_id = serializers.CharField(allow_null=True, help_text="The X-Request-Id of what caused it.")


class WebhookAttemptOutput(serializers.Serializer[Any]):
    """One try."""

    number = serializers.IntegerField(min_value=1)
    at = serializers.DateTimeField()
    status = serializers.IntegerField(allow_null=True)
    milliseconds = serializers.IntegerField(min_value=0)
    answer = serializers.CharField(help_text="The first characters of the answer's body.")
    error = serializers.CharField(help_text="Why there was no answer.")


class WebhookDeliveryDetailOutput(WebhookDeliveryOutput):
    """One event on its way to one endpoint, with every try."""

    tries = WebhookAttemptOutput(many=True)


def endpoint_json(endpoint: WebhookEndpoint) -> dict[str, Any]:
    return {
        "id": endpoint.pk,
        "url": endpoint.url,
        "brand_id": endpoint.brand_id,
        "event_types": endpoint.event_types,
        "description": endpoint.description,
        "is_active": endpoint.is_active,
        "disabled_at": endpoint.disabled_at,
        "disabled_why": endpoint.disabled_why,
        "previous_secret_until": endpoint.previous_until,
        "version": endpoint.version,
        "created_at": endpoint.created_at,
        "updated_at": endpoint.updated_at,
    }


def delivery_json(delivery: WebhookDelivery) -> dict[str, Any]:
    return {
        "id": delivery.pk,
        "endpoint_id": delivery.endpoint_id,
        "webhook_id": delivery.webhook_id,
        "event_type": delivery.event_type,
        "subject_kind": delivery.subject_kind,
        "subject_id": delivery.subject_id,
        "schedule_version": delivery.schedule_version,
        "payload": delivery.payload,
        "state": delivery.state,
        "reason": delivery.reason,
        "attempts": delivery.attempts,
        "last_status": delivery.last_status,
        "due_at": delivery.due_at,
        "expires_at": delivery.expires_at,
        "delivered_at": delivery.delivered_at,
        "created_at": delivery.created_at,
        "replay_of": delivery.replay_of_id,
        "request_id": delivery.request_id,
    }


def attempt_json(attempt: WebhookAttempt) -> dict[str, Any]:
    return {
        "number": attempt.number,
        "at": attempt.at,
        "status": attempt.status,
        "milliseconds": attempt.milliseconds,
        "answer": attempt.answer,
        "error": attempt.error,
    }
