"""Slots as they are sent and answered (loop.yaml)."""

from collections.abc import Sequence
from typing import Any

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from api.fields import BodySerializer, InstantField, WallTimeField
from visits.models import Slot
from visits.rules.openings import EVERY_DAY, MOST_DAYS, MOST_GAP, LeftOut, PlannedSlot, SlotsWanted
from visits.rules.slots import LONGEST, MINUTE, SHORTEST


class NewSlot(BodySerializer):
    """A slot to be opened."""

    brand_id = serializers.UUIDField()
    start_time = InstantField(help_text="With an offset, at a full minute.")
    end_time = InstantField(help_text="With an offset, at a full minute; from 5 minutes to 24 hours later.")


class SlotsOrder(BodySerializer):
    """Slots to be opened in working hours. Days and times are those of the provider's clock."""

    brand_id = serializers.UUIDField()
    first_day = serializers.DateField(help_text="A date in the provider's zone: today or later.")
    last_day = serializers.DateField(help_text=f"Included; with it at most {MOST_DAYS} days.")
    duration_minutes = serializers.IntegerField(
        required=False,
        min_value=SHORTEST // MINUTE,
        max_value=LONGEST // MINUTE,
        help_text="Of one slot; or name a visit_type.",
    )
    visit_type = serializers.CharField(required=False, max_length=64, help_text="Each slot is as long as this.")
    gap_minutes = serializers.IntegerField(
        required=False, default=0, min_value=0, max_value=MOST_GAP, help_text="Between one slot and the next."
    )
    weekdays = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=7),
        required=False,
        min_length=1,
        max_length=7,
        help_text="ISO, 1 = Monday to 7 = Sunday. Default: every day.",
    )
    from_time = WallTimeField(required=False, help_text="Only slots from this time of day on, HH:MM.")
    to_time = WallTimeField(
        required=False, help_text="Only slots that end by this time of day; not after from_time means the next day."
    )
    preview = serializers.BooleanField(
        required=False, default=False, help_text="true: say what would be opened, and open nothing."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("duration_minutes" in attrs) == ("visit_type" in attrs):
            raise serializers.ValidationError({"duration_minutes": "Give either this or a visit_type."})
        if attrs["last_day"] < attrs["first_day"]:
            raise serializers.ValidationError({"last_day": "Must not be before first_day."})
        return attrs


class OpenedSlotOutput(serializers.Serializer[Any]):
    id = serializers.UUIDField(allow_null=True, help_text="null in a preview.")
    start_time = serializers.DateTimeField()
    end_time = serializers.DateTimeField()


class LeftOutSlotOutput(serializers.Serializer[Any]):
    start_time = serializers.DateTimeField()
    end_time = serializers.DateTimeField()
    reason = serializers.ChoiceField(choices=[reason.value for reason in LeftOut])
    message = serializers.CharField()


@extend_schema_serializer(many=False)
class OpenedSlotsOutput(serializers.Serializer[Any]):
    preview = serializers.BooleanField()
    timezone = serializers.CharField(help_text="The provider's, in which days and times were meant.")
    slots = OpenedSlotOutput(many=True)
    left_out = LeftOutSlotOutput(many=True)


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


def slots_wanted(order: dict[str, Any], *, minutes: int) -> SlotsWanted:
    return SlotsWanted(
        first_day=order["first_day"],
        last_day=order["last_day"],
        minutes=minutes,
        gap=order["gap_minutes"],
        weekdays=frozenset(order.get("weekdays", EVERY_DAY)),
        starts=order.get("from_time"),
        ends=order.get("to_time"),
    )


def opened_json(
    slots: Sequence[Slot | PlannedSlot], left_out: Sequence[PlannedSlot], *, timezone: str, preview: bool
) -> dict[str, Any]:
    return {
        "preview": preview,
        "timezone": timezone,
        "slots": [{"id": slot.pk if isinstance(slot, Slot) else None, **_times(slot)} for slot in slots],
        "left_out": [
            {**_times(one), "reason": one.left_out.value, "message": one.left_out.label}
            for one in left_out
            if one.left_out is not None
        ],
    }


def _times(slot: Slot | PlannedSlot) -> dict[str, Any]:
    return {"start_time": slot.period.start, "end_time": slot.period.end}
