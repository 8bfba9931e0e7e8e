"""Availability and holds as they come and go: questions checked, answers written."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from rest_framework import serializers

from api.fields import BodySerializer, InstantField
from scheduling.api.days import Range
from scheduling.errors import NoStaffError
from scheduling.models import Hold
from scheduling.models.fields import validate_zone
from scheduling.models.services import MAX_MINUTES
from scheduling.offers import StaffOffer
from scheduling.rules.assignment import Candidate
from scheduling.rules.availability import Refused

MAX_STAFF = 200
REASONS = [reason.value for reason in Refused] + [NoStaffError.code]

_SERVICE_HELP = "What is to be booked: a service, a visit type, or an office hour of a coach."
_STAFF_HELP = f"Persons' ids, {MAX_STAFF} at the most; default: everybody who offers it."


class StaffListField(serializers.CharField):
    """Ids of persons, separated by commas."""

    default_error_messages = {  # noqa: RUF012
        "ids": "Write the persons' ids, separated by commas.",
        "many": f"Ask for {MAX_STAFF} at the most.",
    }

    def to_internal_value(self, data: Any) -> Any:
        try:
            found = [uuid.UUID(one) for one in super().to_internal_value(data).split(",")]
        except ValueError:
            self.fail("ids")
        if len(found) > MAX_STAFF:
            self.fail("many")
        return found


def _one_question(attrs: dict[str, Any]) -> dict[str, Any]:
    if "service_id" in attrs and "duration_minutes" in attrs:
        raise serializers.ValidationError({"duration_minutes": "A service says itself how long it takes."})
    return attrs


class AvailabilityQuery(serializers.Serializer[Any]):
    service_id = serializers.UUIDField(required=False, help_text=_SERVICE_HELP)
    duration_minutes = serializers.IntegerField(
        required=False,
        min_value=1,
        max_value=MAX_MINUTES,
        help_text="Without a service: so long (30).",
    )
    staff_id = StaffListField(required=False, help_text=f"Separated by commas. {_STAFF_HELP}")
    vars()["from"] = InstantField(required=False, help_text="RFC 3339 date-time with an offset. Default: now.")
    to = InstantField(required=False, help_text="RFC 3339 date-time with an offset. Default: 7 days after `from`.")
    timezone = serializers.CharField(
        required=False,
        max_length=64,
        validators=[validate_zone],
        help_text="In which the days of the answer are dated; default: the tenant's.",
    )
    vars()["as"] = serializers.ChoiceField(
        choices=["starts", "ranges"],
        required=False,
        help_text="starts: to choose from (default). ranges: the free time of each staff member, to draw it.",
    )
    since = serializers.CharField(
        required=False,
        max_length=1000,
        help_text="The `cursor` of an earlier answer to the same question: only days that changed are answered.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        return _one_question(attrs)


class Asked(BodySerializer):
    """Something at one start."""

    service_id = serializers.UUIDField(required=False, help_text=_SERVICE_HELP)
    duration_minutes = serializers.IntegerField(
        required=False,
        min_value=1,
        max_value=MAX_MINUTES,
        help_text="Without a service: so long (30).",
    )
    staff_ids = serializers.ListField(
        child=serializers.UUIDField(), required=False, min_length=1, max_length=MAX_STAFF, help_text=_STAFF_HELP
    )
    start_at = InstantField(help_text="Wanted start, with an offset.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        return _one_question(attrs)


class NewHold(Asked):
    """What is to be held, and how long."""

    minutes = serializers.IntegerField(required=False, min_value=1, max_value=10, help_text="How long to hold it (10).")


class StartOutput(serializers.Serializer[Any]):
    start_at = serializers.DateTimeField()
    staff_ids = serializers.ListField(child=serializers.UUIDField(), help_text="Who could take it.")


class RangeOutput(serializers.Serializer[Any]):
    staff_id = serializers.UUIDField()
    start_at = serializers.DateTimeField()
    end_at = serializers.DateTimeField(help_text="What is booked ends by then; buffers may lie outside.")


class DayOutput(serializers.Serializer[Any]):
    date = serializers.DateField()
    starts = StartOutput(many=True, required=False)
    ranges = RangeOutput(
        many=True, required=False, help_text="With as=ranges, instead of starts: those that begin on this day."
    )


class AvailabilityOutput(serializers.Serializer[Any]):
    service_id = serializers.UUIDField(allow_null=True)
    timezone = serializers.CharField()
    days = DayOutput(many=True, help_text="All days of the question; with `since` those that changed.")
    cursor = serializers.CharField(help_text="For `since`.")


class StaffReasonOutput(serializers.Serializer[Any]):
    staff_id = serializers.UUIDField()
    reason = serializers.ChoiceField(choices=REASONS, allow_null=True, help_text="null: could take it.")


class CandidateOutput(serializers.Serializer[Any]):
    staff_id = serializers.UUIDField()
    day_minutes = serializers.IntegerField(min_value=0)
    week_minutes = serializers.IntegerField(min_value=0)


class ExplanationOutput(serializers.Serializer[Any]):
    start_at = serializers.DateTimeField()
    bookable = serializers.BooleanField()
    reason = serializers.ChoiceField(choices=REASONS, allow_null=True, help_text="Of who comes nearest to a yes.")
    message = serializers.CharField(allow_null=True)
    staff = StaffReasonOutput(many=True)
    candidates = CandidateOutput(many=True, help_text="Who would be asked, the first one first, and why: least busy.")
    nearest = serializers.ListField(
        child=serializers.DateTimeField(), help_text="Free starts around it, three at the most."
    )


class AssignmentOutput(serializers.Serializer[Any]):
    rule = serializers.CharField()
    candidates = CandidateOutput(many=True)
    chosen = serializers.UUIDField()
    lost = serializers.ListField(child=serializers.UUIDField(), help_text="Taken by others when they were asked.")


class HoldOutput(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    service_id = serializers.UUIDField(allow_null=True)
    staff_id = serializers.UUIDField()
    start_at = serializers.DateTimeField()
    duration_minutes = serializers.IntegerField(min_value=1)
    expires_at = serializers.DateTimeField()
    assignment = AssignmentOutput(
        allow_null=True, help_text="How the staff member was chosen, where there was a choice."
    )


def starts_json(days: Mapping[date, Sequence[tuple[datetime, Sequence[StaffOffer]]]]) -> list[dict[str, Any]]:
    """DayOutput with starts."""
    return [
        {
            "date": day,
            "starts": [
                {"start_at": start, "staff_ids": [offer.staff_id for offer in offers]} for start, offers in starts
            ],
        }
        for day, starts in days.items()
    ]


def ranges_json(days: Mapping[date, Sequence[Range]]) -> list[dict[str, Any]]:
    """DayOutput with ranges."""
    return [
        {
            "date": day,
            "ranges": [{"staff_id": one.staff_id, "start_at": one.start, "end_at": one.end} for one in ranges],
        }
        for day, ranges in days.items()
    ]


def hold_json(hold: Hold) -> dict[str, Any]:
    """Needs `staff_member` to be loaded."""
    return {
        "id": hold.pk,
        "service_id": hold.service_id,
        "staff_id": hold.staff_member.person_id,
        "start_at": hold.starts_at,
        "duration_minutes": hold.duration_minutes,
        "expires_at": hold.expires_at,
        "assignment": hold.assignment,
    }


def candidates_json(candidates: Sequence[Candidate]) -> list[dict[str, Any]]:
    return [candidate.as_json() for candidate in candidates]
