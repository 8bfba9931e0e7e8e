from typing import Any

from rest_framework import serializers

from api.fields import BodySerializer, InstantField, WallTimeField, WallTimeOutput
from bookings.models import CoachBooking, OfficeHour
from bookings.models import office_hours as models
from bookings.rules.coach_booking import Status
from bookings.selectors.office_hours import FreeSlot
from bookings.services.publish_office_hour import OfficeHourData
from scheduling.models.fields import validate_zone
from scheduling.rules.availability import Refused
from scheduling.rules.schedule import Hours

MAX_EXCEPTIONS = 366
MAX_NOTES = 10_000
STATUSES = [status.value for status in Status]
REASONS = [reason.value for reason in Refused]


class NewCoachBooking(BodySerializer):
    """The slot that is wanted."""

    slot_at = InstantField(help_text="Wanted start of the slot, with an offset.")
    notes = serializers.CharField(
        required=False, allow_null=True, allow_blank=True, max_length=MAX_NOTES, trim_whitespace=False
    )
    hold_id = serializers.UUIDField(required=False, help_text="Of a hold on this slot, which becomes the booking's.")


class OtherSlot(BodySerializer):
    """The slot to which a booking is moved."""

    slot_at = InstantField(help_text="Wanted start of the slot, with an offset.")


class CoachBookingOutput(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    office_hour_id = serializers.UUIDField()
    patient_id = serializers.UUIDField()
    slot_at = serializers.DateTimeField()
    duration_minutes = serializers.IntegerField()
    status = serializers.ChoiceField(choices=STATUSES)
    notes = serializers.CharField(allow_null=True)
    created_at = serializers.DateTimeField()


class CoachBookingsOutput(serializers.Serializer[Any]):
    bookings = CoachBookingOutput(many=True)


class OfficeHourException(BodySerializer):
    """Other hours on one day, or a day off."""

    date = serializers.DateField()
    start_time = WallTimeField(required=False, allow_null=True, help_text="Without times: a day off.")
    end_time = WallTimeField(required=False, allow_null=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if (attrs.get("start_time") is None) != (attrs.get("end_time") is None):
            raise serializers.ValidationError("Give start_time and end_time, or neither for a day off.")
        return attrs


class NewOfficeHour(BodySerializer):
    """Weekly on `weekdays` or once on `date`, in wall time of `timezone`."""

    weekdays = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=7),
        required=False,
        max_length=7,
        help_text="ISO, 1 = Monday to 7 = Sunday.",
    )
    date = serializers.DateField(required=False, allow_null=True, help_text="For an office hour that takes place once.")
    start_time = WallTimeField(help_text="Wall time, HH:MM.")
    end_time = WallTimeField(help_text="Wall time; not after start_time means the next day.")
    timezone = serializers.CharField(
        max_length=64, required=False, validators=[validate_zone], help_text="IANA name; default: the coach's zone."
    )
    duration_minutes = serializers.IntegerField(
        min_value=models.MIN_SLOT_MINUTES,
        max_value=models.MAX_SLOT_MINUTES,
        required=False,
        help_text="Length of one slot (30).",
    )
    notice_minutes = serializers.IntegerField(
        min_value=0,
        max_value=models.MAX_NOTICE_MINUTES,
        required=False,
        help_text="How long before its start a slot can still be booked (0).",
    )
    horizon_days = serializers.IntegerField(
        min_value=1, max_value=models.MAX_HORIZON_DAYS, required=False, help_text="How far ahead may be booked (60)."
    )
    valid_from = serializers.DateField(required=False, allow_null=True)
    valid_until = serializers.DateField(required=False, allow_null=True, help_text="The last day.")
    exceptions = OfficeHourException(many=True, required=False, max_length=MAX_EXCEPTIONS)  # type: ignore[call-arg]

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if bool(attrs.get("weekdays")) == bool(attrs.get("date")):
            raise serializers.ValidationError({"weekdays": "Give either weekdays or one date."})
        first, last = attrs.get("valid_from"), attrs.get("valid_until")
        if first and last and last < first:
            raise serializers.ValidationError({"valid_until": "Must not be before valid_from."})
        days = [exception["date"] for exception in attrs.get("exceptions", [])]
        if len(days) != len(set(days)):
            raise serializers.ValidationError({"exceptions": "Each date once."})
        return attrs


class OfficeHourExceptionOutput(serializers.Serializer[Any]):
    date = serializers.DateField()
    start_time = WallTimeOutput(allow_null=True, help_text="Without times: a day off.")
    end_time = WallTimeOutput(allow_null=True)


class OfficeHourOutput(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    coach_id = serializers.UUIDField()
    brand_id = serializers.UUIDField()
    weekdays = serializers.ListField(child=serializers.IntegerField())
    date = serializers.DateField(allow_null=True)
    start_time = WallTimeOutput()
    end_time = WallTimeOutput()
    timezone = serializers.CharField()
    duration_minutes = serializers.IntegerField()
    notice_minutes = serializers.IntegerField()
    horizon_days = serializers.IntegerField()
    valid_from = serializers.DateField(allow_null=True)
    valid_until = serializers.DateField(allow_null=True)
    exceptions = OfficeHourExceptionOutput(many=True)
    created_at = serializers.DateTimeField()


class OfficeHoursOutput(serializers.Serializer[Any]):
    office_hours = OfficeHourOutput(many=True)


class SlotOutput(serializers.Serializer[Any]):
    slot_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    duration_minutes = serializers.IntegerField()
    office_hour_id = serializers.UUIDField()
    reason = serializers.ChoiceField(
        choices=REASONS,
        required=False,
        allow_null=True,
        help_text="With `why=true` alone: why it can't be booked, or null.",
    )


class SlotsOutput(serializers.Serializer[Any]):
    coach_id = serializers.UUIDField()
    timezone = serializers.CharField()
    slots = SlotOutput(many=True)


class SlotsQuery(serializers.Serializer[Any]):
    vars()["from"] = InstantField(required=False, help_text="RFC 3339 date-time with an offset. Default: now.")
    to = InstantField(required=False, help_text="RFC 3339 date-time with an offset. Default: 7 days after `from`.")
    why = serializers.ChoiceField(
        choices=["true", "false"],
        required=False,
        help_text="Also the slots that can't be booked, each with the reason (false).",
    )


def offer_of(fields: dict[str, Any], *, default_zone: str) -> OfficeHourData:
    """Checked input as the service wants it."""
    given = {name: value for name, value in fields.items() if value is not None}
    given.pop("exceptions", None)
    return OfficeHourData(
        on=given.pop("date", None),
        **{"timezone": default_zone, **given},
        exceptions={
            exception["date"]: (
                Hours(exception["start_time"], exception["end_time"]) if exception.get("start_time") else None
            )
            for exception in fields.get("exceptions", [])
        },
    )


def booking_json(booking: CoachBooking, *, patient_id: Any) -> dict[str, Any]:
    """loop.yaml, CoachBooking."""
    return {
        "id": booking.pk,
        "office_hour_id": booking.office_hour_id,
        "patient_id": patient_id,
        "slot_at": booking.starts_at,
        "duration_minutes": booking.duration_minutes,
        "status": str(booking.status),
        "notes": booking.notes,
        "created_at": booking.created_at,
    }


def office_hour_json(office_hour: OfficeHour, *, coach_id: Any) -> dict[str, Any]:
    """Needs `exceptions` to be loaded."""
    return {
        "id": office_hour.pk,
        "coach_id": coach_id,
        "brand_id": office_hour.brand_id,
        "weekdays": office_hour.weekdays,
        "date": office_hour.date,
        "start_time": f"{office_hour.start_time:%H:%M}",
        "end_time": f"{office_hour.end_time:%H:%M}",
        "timezone": office_hour.timezone,
        "duration_minutes": office_hour.duration_minutes,
        "notice_minutes": office_hour.notice_minutes,
        "horizon_days": office_hour.horizon_days,
        "valid_from": office_hour.valid_from,
        "valid_until": office_hour.valid_until,
        "exceptions": [
            {
                "date": exception.date,
                "start_time": exception.start_time and f"{exception.start_time:%H:%M}",
                "end_time": exception.end_time and f"{exception.end_time:%H:%M}",
            }
            for exception in office_hour.exceptions.all()
        ],
        "created_at": office_hour.created_at,
    }


def slot_json(slot: FreeSlot) -> dict[str, Any]:
    period = slot.period
    return {
        "slot_at": period.start,
        "ends_at": period.end,
        "duration_minutes": slot.offer.rule.length,
        "office_hour_id": slot.offer.office_hour_id,
    }
