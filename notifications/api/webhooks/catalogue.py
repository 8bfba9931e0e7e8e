"""The webhooks section of the OpenAPI document: what is sent to the endpoints of others."""

from typing import Any, Final

from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiWebhook, extend_schema
from rest_framework import serializers

from notifications.api.webhooks import examples
from notifications.rules import Stage
from notifications.rules.webhooks import EVENT_TYPES, TEST_EVENT

_STAGES: Final = [(stage.value, stage.value) for stage in Stage]


class BookingEventData(serializers.Serializer[Any]):
    """A booking as it was when it happened. Ids and times alone: who may know more asks the API for it."""

    kind = serializers.CharField(help_text="The kind of booking, such as coach_booking or event_booking.")
    id = serializers.UUIDField()
    stage = serializers.ChoiceField(
        choices=_STAGES,
        help_text="waiting: its client waits for a place; pending: it waits for approval; stands: it will take place; "
        "over: it took place; off: it won't, or nobody came; declined: approval was refused.",
    )
    schedule_version = serializers.IntegerField(
        min_value=0, help_text="Rises with each change: of two events about a booking the higher one is later."
    )
    brand_id = serializers.UUIDField()
    service_id = serializers.UUIDField(allow_null=True)
    client_id = serializers.UUIDField()
    staff_ids = serializers.ListField(child=serializers.UUIDField())
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()


class BookingEvent(serializers.Serializer[Any]):
    """Something happened to a booking."""

    type = serializers.ChoiceField(choices=[(name, name) for name in EVENT_TYPES])
    timestamp = serializers.DateTimeField()
    data = BookingEventData()  # type: ignore[assignment]  # DRF has an attribute of that name


class TestEventData(serializers.Serializer[Any]):
    """The endpoint that is tried out."""

    endpoint_id = serializers.UUIDField()


class TestEvent(serializers.Serializer[Any]):
    """Somebody tries out an endpoint."""

    type = serializers.ChoiceField(choices=[(TEST_EVENT, TEST_EVENT)])
    timestamp = serializers.DateTimeField()
    data = TestEventData()  # type: ignore[assignment]


_HEADERS: Final = [
    OpenApiParameter(
        "webhook-id", str, OpenApiParameter.HEADER, required=True, description="The same on every try and in replays."
    ),
    OpenApiParameter(
        "webhook-timestamp", int, OpenApiParameter.HEADER, required=True, description="When it left, in Unix seconds."
    ),
    OpenApiParameter(
        "webhook-signature",
        str,
        OpenApiParameter.HEADER,
        required=True,
        description="v1 and HMAC-SHA256 over id.timestamp.body, in base64; two of them while secrets overlap.",
    ),
]


def _webhook(name: str, body: Any, summary: str, example: dict[str, Any]) -> OpenApiWebhook:
    return OpenApiWebhook(
        name=name,
        decorator=extend_schema(
            operation_id=name,
            summary=summary,
            description="Standard Webhooks. Any 2xx within 15 s says that it arrived; 410 switches the endpoint off.",
            tags=["webhooks"],
            parameters=_HEADERS,
            request=body,
            responses={204: None},
            examples=[OpenApiExample(summary, value=example, request_only=True)],
        ),
    )


BOOKING_EVENT: Final = _webhook("bookingEvent", BookingEvent, "Something happened to a booking", examples.EVENT)
TEST_WEBHOOK: Final = _webhook("webhookTest", TestEvent, "Somebody tries out an endpoint", examples.TEST)
