from typing import Any

from rest_framework import serializers

from api.fields import BodySerializer, InstantField
from api.paging import PageQuery
from notifications.models import Message, Suppression
from notifications.rules import Channel, MessageState, Why
from notifications.rules.reports import ReportKind
from notifications.rules.suppressions import SuppressionReason, SuppressionScope
from notifications.services.add_suppression import NO_ADDRESS, is_address

CHANNELS = [channel.value for channel in Channel]
REASONS = [reason.value for reason in SuppressionReason]
SCOPES = [scope.value for scope in SuppressionScope]
KINDS = [kind.value for kind in ReportKind]
STATES = [state.value for state in MessageState]
WHYS = [why.value for why in Why]


class SuppressionQuery(PageQuery):
    channel = serializers.ChoiceField(choices=CHANNELS, required=False, help_text="Of this channel alone.")
    address = serializers.CharField(
        min_length=1, max_length=254, required=False, help_text="Of this address alone, however it is spelled."
    )
    reason = serializers.ChoiceField(choices=REASONS, required=False, help_text="For this reason alone.")
    active = serializers.ChoiceField(
        choices=["true", "false"], required=False, help_text="Those that stand (true), or have ended (false)."
    )


class SuppressionInput(BodySerializer):
    """An address that is to be written to no more."""

    channel = serializers.ChoiceField(choices=CHANNELS)
    address = serializers.CharField(
        min_length=1, max_length=254, help_text="An e-mail address or a number, as the channel is."
    )
    scope = serializers.ChoiceField(
        choices=SCOPES, required=False, help_text="`non_essential` still lets essential messages through (everything)."
    )
    brand_id = serializers.UUIDField(
        required=False,
        allow_null=True,
        help_text="Null: all brands, for applications of the whole tenant. An application of a brand means its own.",
    )
    note = serializers.CharField(max_length=300, required=False, allow_blank=True, help_text="For staff.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not is_address(Channel(attrs["channel"]), attrs["address"]):
            raise serializers.ValidationError({"address": [NO_ADDRESS]})
        return attrs


class SuppressionOutput(serializers.Serializer[Any]):
    """An address to which nothing, or nothing but what is essential, is sent."""

    id = serializers.UUIDField()
    channel = serializers.ChoiceField(choices=CHANNELS)
    address = serializers.CharField(help_text="In lower case; a number by its digits.")
    brand_id = serializers.UUIDField(allow_null=True, help_text="Null: all brands.")
    reason = serializers.ChoiceField(choices=REASONS)
    scope = serializers.ChoiceField(choices=SCOPES)
    note = serializers.CharField()
    message_id = serializers.UUIDField(allow_null=True, help_text="The message that was answered to.")
    version = serializers.IntegerField(min_value=1)
    created_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)


class DeliveryReportInput(BodySerializer):
    """What became of a message."""

    message_id = serializers.CharField(
        min_length=1, max_length=254, help_text="Our id of the message, its Message-ID header, or the provider's id."
    )
    kind = serializers.ChoiceField(
        choices=KINDS,
        help_text="`bounced`: it will never arrive there. `soft_bounced`: it did not; another one may. `complained`: "
        "its reader called it spam.",
    )
    at = InstantField(required=False, help_text="When that was (now).")
    detail = serializers.CharField(
        max_length=1000, required=False, allow_blank=True, help_text="In the provider's words, for staff."
    )


class ReportedMessageOutput(serializers.Serializer[Any]):
    """The message as it is now."""

    message_id = serializers.UUIDField()
    state = serializers.ChoiceField(choices=STATES)
    why = serializers.ChoiceField(choices=WHYS)


def suppression_json(suppression: Suppression) -> dict[str, Any]:
    return {
        "id": suppression.pk,
        "channel": suppression.channel,
        "address": suppression.address,
        "brand_id": suppression.brand_id,
        "reason": suppression.reason,
        "scope": suppression.scope,
        "note": suppression.note,
        "message_id": suppression.message_id,
        "version": suppression.version,
        "created_at": suppression.created_at,
        "ended_at": suppression.ended_at,
    }


def reported_json(message: Message) -> dict[str, Any]:
    return {"message_id": message.pk, "state": message.state, "why": message.why}
