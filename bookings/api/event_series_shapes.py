"""Series of events on the wire, in the form of the family of events."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from bookings.api.event_shapes import EventOutput, NewEvent
from bookings.services.publish_series import OnConflict, Series
from scheduling.rules.recurrence import LONGEST_TEXT, MOST, UNTIL_YEARS, InvalidRuleError, parse


@extend_schema_field({"type": "string", "minLength": 1, "maxLength": LONGEST_TEXT})
class RuleField(serializers.CharField):
    """A recurrence rule."""

    def to_internal_value(self, data: Any) -> Any:
        try:
            return parse(super().to_internal_value(data))
        except InvalidRuleError as error:
            raise serializers.ValidationError(str(error)) from error


class NewSeries(NewEvent):
    """A time slot on its first date, and a rule that says on which others."""

    rule = RuleField(
        help_text=(
            "An RFC 5545 rule, daily or coarser, such as FREQ=WEEKLY;BYDAY=MO,WE;COUNT=10. It ends by a COUNT of at "
            f"most {MOST} or by an UNTIL within {UNTIL_YEARS} years. The first date must be one of its days."
        ),
    )
    onConflict = serializers.ChoiceField(
        [one.value for one in OnConflict],
        required=False,
        help_text="Where a day can't have its event: fail (nothing is published) or skip (the others are). Else fail.",
    )
    preview = serializers.BooleanField(
        required=False, help_text="Only say what would be published with skip, and what not."
    )


class SkippedOutput(serializers.Serializer[Any]):
    """A day of the rule that has no event, and why."""

    startTime = serializers.DateTimeField()
    code = serializers.CharField(help_text="coach_busy, not_in_future or no_such_hours.")
    message = serializers.CharField()


class SeriesOutput(serializers.Serializer[Any]):
    events = EventOutput(many=True)
    skipped = SkippedOutput(many=True)


class PlannedEventOutput(serializers.Serializer[Any]):
    startTime = serializers.DateTimeField()
    endTime = serializers.DateTimeField()


class SeriesPreviewOutput(serializers.Serializer[Any]):
    events = PlannedEventOutput(many=True)
    skipped = SkippedOutput(many=True)


def skipped_json(series: Series) -> list[dict[str, Any]]:
    return [{"startTime": one.starts_at, "code": one.reason.code, "message": str(one.reason)} for one in series.skipped]
