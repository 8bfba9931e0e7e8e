"""Places in the lines for full events, on the wire, in the manner of leko.yaml."""

from typing import Any

from rest_framework import serializers

from api.fields import BodySerializer
from bookings.models import WaitingPlace
from bookings.rules.waiting import WaitingState

STATES = [one.value for one in WaitingState]


class NewWaitingPlace(BodySerializer):
    """Who wants to wait."""

    userId = serializers.UUIDField(help_text="Who would take part.")


class WaitingQuery(serializers.Serializer[Any]):
    userId = serializers.UUIDField(help_text="Who waits.")


class WaitingOutput(serializers.Serializer[Any]):
    """Somebody's place in the line for an event."""

    waitingId = serializers.UUIDField()
    eventId = serializers.UUIDField()
    userId = serializers.UUIDField()
    position = serializers.IntegerField(
        allow_null=True, min_value=1, help_text="1 is next. null for who does not wait: a place is offered to them."
    )
    state = serializers.ChoiceField(STATES)
    offeredUntil = serializers.DateTimeField(
        allow_null=True, help_text="Until then the offered place is theirs alone: POST /v1/bookings books it."
    )


def waiting_json(place: WaitingPlace) -> dict[str, Any]:
    """Needs what `with_event` loads, and its position."""
    waits = place.state == WaitingState.WAITING
    return {
        "waitingId": place.pk,
        "eventId": place.event_id,
        "userId": place.client.person_id,
        "position": place.position if waits else None,  # type: ignore[attr-defined]  # annotated
        "state": place.state,
        "offeredUntil": place.offered_until,
    }
