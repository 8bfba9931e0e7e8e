"""The message log in the platform's own format: what was told to whom, and why something was not."""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from api.brands import current_brand_id
from api.errors import InvalidInputError, NotFoundError
from api.paging import OpaqueCursor
from api.request import principal_of
from api.viewsets import PlatformViewSet
from notifications.api import message_examples as examples
from notifications.api import message_serializers as shapes
from notifications.models import Message
from notifications.services import retry_message as retrying
from notifications.services import send_now as sending
from notifications.services.retry_message import retry_message
from notifications.services.send_now import send_now

_FILTERS = ("subject_kind", "subject_id", "recipient_id", "state", "why", "event", "channel")


class NewestFirst(OpaqueCursor):
    ordering: Any = ("-created_at", "-id")


class MessageViewSet(PlatformViewSet):
    """Messages of the current brand, of services alone."""

    queryset = Message.objects.all()
    pagination_class = NewestFirst
    lookup_value_converter = "uuid"
    scopes: ClassVar = {
        "list": {"read:messages"},
        "retrieve": {"read:messages"},
        "retry": {"write:messages"},
        "send_now": {"write:messages"},
    }
    queries: ClassVar = {"list": shapes.MessagesQuery}
    refusals: ClassVar = {
        "list": [InvalidInputError],
        "retrieve": [NotFoundError],
        "retry": [NotFoundError, *retrying.REFUSALS],
        "send_now": [NotFoundError, *sending.REFUSALS],
    }

    def messages(self) -> Any:
        return self.queryset.filter(brand=current_brand_id(self.request))

    def found(self, message_id: Any) -> Message:
        message: Message | None = self.messages().filter(pk=message_id).first()
        if message is None:
            raise NotFoundError
        return message

    @extend_schema(
        operation_id="listMessages",
        tags=["messages"],
        summary="List the messages of the current brand",
        description="The newest first: planned, sent and not sent. With `subject_id`, what was told about a booking.",
        parameters=[shapes.MessagesQuery],
        responses=shapes.MessageOutput(many=True),
        examples=examples.MESSAGES,
        extensions=examples.MESSAGES_LEAD_TO,
    )
    def list(self, request: Request) -> Response:  # noqa: ARG002
        query = self.query()
        since, until = query.get("from"), query.get("to")
        if since and until and until <= since:
            raise InvalidInputError({"to": ["Must be after from."]})
        found = self.messages().filter(**{name: query[name] for name in _FILTERS if name in query})
        if since:
            found = found.filter(created_at__gte=since)
        if until:
            found = found.filter(created_at__lt=until)
        page = self.paginate_queryset(found)
        return self.get_paginated_response([shapes.message_json(message) for message in page or []])

    @extend_schema(
        operation_id="getMessage",
        tags=["messages"],
        summary="Read a message and what happened to it",
        parameters=[examples.MESSAGE_ID],
        responses=shapes.MessageWithHistoryOutput,
        examples=examples.MESSAGE,
    )
    def retrieve(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        return Response(shapes.message_with_history_json(self.found(pk)))

    @extend_schema(
        operation_id="retryMessage",
        tags=["messages"],
        summary="Send a message again that did not arrive",
        description=(
            "One that is dead, failed, expired or bounced, or was held back by the suppression list, becomes due now, "
            "with all its attempts before it. Refused where what it says is no longer true, or its rule no longer "
            "wants it. Where its rule names another channel by now, that channel's message is the answer."
        ),
        parameters=[examples.MESSAGE_ID],
        request=None,
        responses=shapes.MessageWithHistoryOutput,
        examples=examples.RETRIED,
        extensions=examples.RETRIED_LEADS_TO,
    )
    @action(detail=True, methods=["post"])
    def retry(self, request: Request, pk: str) -> Response:
        retried = retry_message(message_id=self.found(pk).pk, by=principal_of(request).key, now=self.now)
        return Response(shapes.message_with_history_json(retried))

    @extend_schema(
        operation_id="sendMessageNow",
        tags=["messages"],
        summary="Send a message ahead of its time",
        description=(
            "One that waits for its time, or for its next try, becomes due now; one that is due stays as it is. Its "
            "reader's quiet hours still count."
        ),
        parameters=[examples.WAITING_MESSAGE_ID],
        request=None,
        responses=shapes.MessageWithHistoryOutput,
        examples=examples.SENT_NOW,
    )
    @action(detail=True, methods=["post"], url_path="send-now")
    def send_now(self, request: Request, pk: str) -> Response:
        sent = send_now(message_id=self.found(pk).pk, by=principal_of(request).key, now=self.now)
        return Response(shapes.message_with_history_json(sent))
