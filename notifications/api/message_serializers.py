"""Messages as REST clients see them: ids and states, and nothing that says who somebody is."""

from typing import Any

from rest_framework import serializers

from api.fields import InstantField
from api.paging import PageQuery
from notifications import subjects
from notifications.models import Message
from notifications.rules import Channel, Event, MessageState, Why
from notifications.rules.history import steps
from notifications.rules.masking import masked, without_names

STATES = [state.value for state in MessageState]
WHYS = [why.value for why in Why if why]
EVENTS = [event.value for event in Event]
CHANNELS = [channel.value for channel in Channel]
# Of an answer: also that there is nothing to say.
ANSWERED_WHYS = ["", *WHYS]

_INSTANT = "RFC 3339 date-time with an offset."
_KIND = r"^[a-z][a-z_]{0,31}$"


def validate_kind(kind: str) -> None:
    """Raises ValidationError naming the kinds that there are."""
    if kind not in subjects.kinds():
        raise serializers.ValidationError(f"There is no such kind. Write one of: {', '.join(subjects.kinds())}.")


class MessagesQuery(PageQuery):
    """The filters. `from` is a Python keyword, hence `get_fields`."""

    subject_kind = serializers.RegexField(
        _KIND,
        required=False,
        validators=[validate_kind],
        help_text="What the messages are about, such as coach_booking.",
        error_messages={"invalid": "Write a kind such as coach_booking."},
    )
    subject_id = serializers.UUIDField(required=False, help_text="The booking that the messages are about.")
    recipient_id = serializers.UUIDField(required=False, help_text="The person to whom they go.")
    state = serializers.ChoiceField(STATES, required=False, help_text="The state that they are in.")
    why = serializers.ChoiceField(WHYS, required=False, help_text="Why they are in that state.")
    event = serializers.ChoiceField(EVENTS, required=False, help_text="Upon what they were planned.")
    channel = serializers.ChoiceField(CHANNELS, required=False, help_text="The channel through which they go.")
    to = InstantField(required=False, help_text=f"Planned before this time. {_INSTANT}")

    def get_fields(self) -> dict[str, Any]:
        since = InstantField(required=False, help_text=f"Planned at this time or later. {_INSTANT}")
        return {**super().get_fields(), "from": since}


class StepOutput(serializers.Serializer[Any]):
    """Something that happened to a message."""

    at = serializers.DateTimeField()
    state = serializers.ChoiceField(STATES)
    why = serializers.ChoiceField(ANSWERED_WHYS)
    reason = serializers.CharField()
    by = serializers.CharField(allow_null=True, help_text="Who did it: user:<id>, application:<id>, api-key:<id>.")


class MessageOutput(serializers.Serializer[Any]):
    """A message to one reader about one booking."""

    id = serializers.UUIDField()
    rule_id = serializers.IntegerField()
    event = serializers.ChoiceField(EVENTS)
    channel = serializers.ChoiceField(CHANNELS)
    brand_id = serializers.UUIDField()
    recipient_id = serializers.UUIDField(allow_null=True, help_text="The person; null for a rule's fixed address.")
    address = serializers.CharField(
        allow_null=True, help_text="Where it went, or the rule's fixed address, masked; null before it was sent."
    )
    subject_kind = serializers.CharField()
    subject_id = serializers.UUIDField()
    schedule_version = serializers.IntegerField(help_text="The version of the booking's time that it speaks of.")
    state = serializers.ChoiceField(STATES)
    why = serializers.ChoiceField(ANSWERED_WHYS, help_text="Why it is in this state, for programs.")
    reason = serializers.CharField(help_text="The same in words; without the words of other servers.")
    attempts = serializers.IntegerField()
    due_at = serializers.DateTimeField(help_text="When it is sent, or tried again.")
    expires_at = serializers.DateTimeField(help_text="It isn't sent any more from here on.")
    sent_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField(help_text="When it was planned.")
    request_id = serializers.CharField(allow_null=True, help_text="Of the request that caused it.")


class MessageWithHistoryOutput(MessageOutput):
    """A message and what happened to it, oldest first."""

    history = StepOutput(many=True)


def message_json(message: Message) -> dict[str, Any]:
    return {
        "id": message.pk,
        "rule_id": message.rule_id,
        "event": message.event,
        "channel": message.channel,
        "brand_id": message.brand_id,
        "recipient_id": message.recipient_id,
        "address": masked(message.address) or None,
        "subject_kind": message.subject_kind,
        "subject_id": message.subject_id,
        "schedule_version": message.schedule_version,
        "state": message.state,
        "why": message.why,
        "reason": without_names(message.reason),
        "attempts": message.attempts,
        "due_at": message.due_at,
        "expires_at": message.expires_at,
        "sent_at": message.sent_at,
        "created_at": message.created_at,
        "request_id": message.request_id,
    }


def message_with_history_json(message: Message) -> dict[str, Any]:
    happened = steps(
        created_at=message.created_at,
        state=MessageState(message.state),
        why=Why(message.why),
        reason=message.reason,
        history=message.history,
    )
    return {
        **message_json(message),
        "history": [
            {
                "at": step.at,
                "state": step.state.value,
                "why": step.why.value,
                "reason": without_names(step.reason),
                "by": step.by or None,
            }
            for step in happened
        ],
    }
