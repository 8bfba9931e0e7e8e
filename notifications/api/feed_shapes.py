"""Calendar feeds on their way in and out."""

from typing import Any

from rest_framework import serializers

from api.fields import BodySerializer
from notifications.models import CalendarFeed
from notifications.rules.feeds import FeedKind, FeedLevel

KINDS = [(kind.value, kind.value) for kind in FeedKind]
LEVELS = [(level.value, level.value) for level in FeedLevel]


class NewCalendarFeed(BodySerializer):
    """Whose calendar, and how much of it is told."""

    kind = serializers.ChoiceField(choices=KINDS, help_text="Whose: of a staff member, a room or a client.")
    owner_id = serializers.UUIDField(
        required=False,
        help_text="The person's id, or the room's. Whoever acts for a person may leave it out: their own.",
    )
    level = serializers.ChoiceField(
        choices=LEVELS,
        required=False,
        help_text="`busy` (the default): times alone. `limited`: what is booked, without clients, notes and places. "
        "`full`: these too. What is booked in other brands is always `busy`.",
    )
    name = serializers.CharField(
        max_length=100, required=False, allow_blank=True, help_text="Who uses it and for what; the calendar's title."
    )


class CalendarFeedOutput(serializers.Serializer[Any]):
    """A calendar feed. Its address is nowhere to be read again."""

    id = serializers.UUIDField()
    kind = serializers.ChoiceField(choices=KINDS)
    owner_id = serializers.UUIDField()
    level = serializers.ChoiceField(choices=LEVELS)
    name = serializers.CharField()
    prefix = serializers.CharField(help_text="The first characters of the secret in its address.")
    version = serializers.IntegerField(min_value=1)
    created_at = serializers.DateTimeField()
    rotated_at = serializers.DateTimeField(allow_null=True)
    last_used_at = serializers.DateTimeField(allow_null=True, help_text="To the hour.")


class IssuedCalendarFeedOutput(CalendarFeedOutput):
    """A calendar feed with its address, which is shown this once: a repetition of the request answers null."""

    url = serializers.URLField(allow_null=True)


def feed_json(feed: CalendarFeed) -> dict[str, Any]:
    """Needs its owner to be loaded."""
    return {
        "id": feed.pk,
        "kind": feed.kind.value,
        "owner_id": feed.owner_id,
        "level": str(feed.level),
        "name": feed.name,
        "prefix": feed.prefix,
        "version": feed.version,
        "created_at": feed.created_at,
        "rotated_at": feed.rotated_at,
        "last_used_at": feed.last_used_at,
    }
