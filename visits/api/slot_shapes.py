"""Slots as they are sent and answered (loop.yaml)."""

from typing import Any

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from api.fields import BodySerializer, InstantField
from visits.models import Slot


class NewSlot(BodySerializer):
    """A slot to be opened."""

    brand_id = serializers.UUIDField()
    start_time = InstantField(help_text="With an offset, at a full minute.")
    end_time = InstantField(help_text="With an offset, at a full minute; from 5 minutes to 24 hours later.")


class ProviderSlotOutput(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    provider_id = serializers.UUIDField()
    brand_id = serializers.UUIDField()
    start_time = serializers.DateTimeField()
    end_time = serializers.DateTimeField()
    booked = serializers.BooleanField(help_text="false: can be booked now.")
    created_at = serializers.DateTimeField()


@extend_schema_serializer(many=False)
class ProviderSlotsOutput(serializers.Serializer[Any]):
    slots = ProviderSlotOutput(many=True)


class SlotsQuery(serializers.Serializer[Any]):
    vars()["from"] = InstantField(required=False, help_text="RFC 3339 date-time with an offset. Default: now.")
    to = InstantField(required=False, help_text="RFC 3339 date-time with an offset. Default: 92 days after `from`.")
    visit_type = serializers.CharField(
        required=False, max_length=64, help_text="Only slots in which a visit of this type could be booked now."
    )


def slot_json(slot: Slot, *, provider_id: Any, booked: bool) -> dict[str, Any]:
    """loop.yaml, Slot."""
    return {
        "id": slot.pk,
        "provider_id": provider_id,
        "brand_id": slot.brand_id,
        "start_time": slot.starts_at,
        "end_time": slot.ends_at,
        "booked": booked,
        "created_at": slot.created_at,
    }
