from typing import Any

from rest_framework import serializers

from api.fields import BodySerializer, WallTimeField, WallTimeOutput
from api.paging import PageQuery
from notifications.models import Rule
from notifications.models.rules import MAX_LATENESS_MINUTES, MAX_OFFSET_MINUTES
from notifications.rules import Audience, Channel, Event
from notifications.services.change_rule import FIELDS
from notifications.subjects import kinds

EVENTS = [event.value for event in Event]
AUDIENCES = [audience.value for audience in Audience]
CHANNELS = [channel.value for channel in Channel]
_MOST_SERVICES = 100


class RulesQuery(PageQuery):
    event = serializers.ChoiceField(EVENTS, required=False, help_text="Rules upon this event alone.")
    channel = serializers.ChoiceField(CHANNELS, required=False, help_text="Rules for this channel alone.")


class RuleInput(BodySerializer):
    """Who is told what, when, and how."""

    name = serializers.CharField(max_length=100, required=False, allow_blank=True, help_text="For staff.")
    event = serializers.ChoiceField(EVENTS)
    offset_minutes = serializers.IntegerField(
        min_value=1,
        max_value=MAX_OFFSET_MINUTES,
        required=False,
        allow_null=True,
        help_text="For before_start and after_end, and only there.",
    )
    audience = serializers.ChoiceField(AUDIENCES, required=False)
    address = serializers.CharField(
        max_length=254, required=False, allow_blank=True, help_text="For the audience `address`, and only there."
    )
    channel = serializers.ChoiceField(CHANNELS, required=False)
    brand_id = serializers.UUIDField(
        required=False, allow_null=True, help_text="null: all brands. Left out: those for which the application speaks."
    )
    subject_kind = serializers.ChoiceField(
        ["", *kinds()], required=False, allow_blank=True, help_text="Empty: bookings of every kind."
    )
    service_ids = serializers.ListField(
        child=serializers.UUIDField(),
        max_length=_MOST_SERVICES,
        required=False,
        help_text="Services, office hours or time slots. Empty: all.",
    )
    quiet_from = WallTimeField(required=False, allow_null=True, help_text="On the reader's clock.")
    quiet_until = WallTimeField(required=False, allow_null=True)
    lateness_minutes = serializers.IntegerField(
        min_value=1, max_value=MAX_LATENESS_MINUTES, required=False, help_text="Later than this, it isn't sent."
    )
    is_essential = serializers.BooleanField(required=False, help_text="Nobody can unsubscribe from it.")
    is_active = serializers.BooleanField(required=False)


class RuleChanges(RuleInput):
    """What is to be changed; what is left out stays."""

    event = serializers.ChoiceField(EVENTS, required=False, help_text="As it is: no rule changes its event.")


class RuleOutput(serializers.Serializer[Any]):
    """A rule. `is_planned` is false while its messages are being planned anew after a change."""

    id = serializers.IntegerField(min_value=1)
    name = serializers.CharField()
    event = serializers.ChoiceField(EVENTS)
    offset_minutes = serializers.IntegerField(min_value=1, allow_null=True)
    audience = serializers.ChoiceField(AUDIENCES)
    address = serializers.CharField()
    channel = serializers.ChoiceField(CHANNELS)
    brand_id = serializers.UUIDField(allow_null=True)
    subject_kind = serializers.CharField()
    service_ids = serializers.ListField(child=serializers.UUIDField())
    quiet_from = WallTimeOutput(allow_null=True)
    quiet_until = WallTimeOutput(allow_null=True)
    lateness_minutes = serializers.IntegerField(min_value=1)
    is_essential = serializers.BooleanField()
    is_active = serializers.BooleanField()
    is_planned = serializers.BooleanField()
    version = serializers.IntegerField(min_value=1)
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


def rule_json(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.pk,
        **{name: getattr(rule, name) for name in FIELDS},
        "quiet_from": rule.quiet_from and f"{rule.quiet_from:%H:%M}",
        "quiet_until": rule.quiet_until and f"{rule.quiet_until:%H:%M}",
        "is_planned": rule.planned_version >= rule.version,
        "version": rule.version,
        "created_at": rule.created_at,
        "updated_at": rule.updated_at,
    }
