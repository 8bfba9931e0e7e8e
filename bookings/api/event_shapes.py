"""Events and time slots on the wire (leko.yaml). A time of day carries the offset of its zone on the event's date."""

import re
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from api.errors import InvalidInputError
from api.fields import BodySerializer, InstantField
from bookings.models import Event, TimeSlot
from bookings.models.events import MAX_PARTICIPANTS
from bookings.models.orders import REASON_CODES
from bookings.rules.event_booking import Role
from bookings.rules.events import (
    LONGEST,
    OLDEST,
    SHORTEST,
    YOUNGEST,
    Eligibility,
    Entry,
    EventStatus,
    Hours,
    Level,
    SlotType,
    Terms,
)

_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d(:00(\.0{1,6})?)?([Zz]|[+-]\d{2}:\d{2})\Z", re.ASCII)
_MINUTE = timedelta(minutes=1)
_SHORTEST, _LONGEST = (length // _MINUTE for length in (SHORTEST, LONGEST))
MAX_PRICE = 10**12
MAX_TEXT = 1000
CANCELLATION_CODES = [code for code, _name in REASON_CODES]
SLOT_TYPES = [one.value for one in SlotType]
LEVELS = [one.value for one in Level]
ELIGIBILITIES = [one.value for one in Eligibility]
EVENT_STATUSES = [one.value for one in EventStatus]
ROLES = [one.value for one in Role]


@extend_schema_field({"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9](:00)?(Z|[+-][0-9]{2}:[0-9]{2})$"})
class OffsetTimeField(serializers.TimeField):
    """A time of day to the minute, with its offset."""

    default_error_messages = {"offset": "Write HH:MM:00 with the zone's offset, such as 18:00:00+03:00."}  # noqa: RUF012

    def to_internal_value(self, value: Any) -> time:
        if not isinstance(value, str) or not _TIME.match(value):
            self.fail("offset")
        try:
            return time.fromisoformat(value.upper().replace("Z", "+00:00"))
        except ValueError:
            self.fail("offset")


class TimeSlotInput(BodySerializer):
    """What a coach offers: wall time in their zone."""

    timeSlotId = serializers.UUIDField(
        required=False, help_text="Of one that is there already, sent as it is; or a new id of your own; or none."
    )
    startTime = OffsetTimeField(help_text="With the offset of the coach's zone on the event's date.")
    endTime = OffsetTimeField(help_text="Not after the start: on the next day.")
    numberOfParticipants = serializers.IntegerField(min_value=1, max_value=MAX_PARTICIPANTS)
    slotType = serializers.ChoiceField(SLOT_TYPES)
    ageFrom = serializers.IntegerField(min_value=YOUNGEST, max_value=OLDEST)
    ageTo = serializers.IntegerField(
        min_value=YOUNGEST, max_value=OLDEST, help_text="Included. From 18 to 99: for everybody."
    )
    duration = serializers.IntegerField(
        min_value=_SHORTEST, max_value=_LONGEST, help_text="Minutes from startTime to endTime, by the clock."
    )
    price = serializers.IntegerField(min_value=0, max_value=MAX_PRICE, help_text="Of a place, in kopecks.")
    priceCurrency = serializers.ChoiceField(["RUB"])
    paymentMethod = serializers.ChoiceField(["Cash"])
    addressId = serializers.UUIDField(required=False, allow_null=True, help_text="As GET /v1/addresses lists it.")
    public = serializers.BooleanField(
        required=False, help_text="Whether clients find its events in the list (true). Else: who knows their ids."
    )
    level = serializers.ChoiceField(LEVELS, required=False, help_text="Any, if left out.")
    eligibility = serializers.ChoiceField(ELIGIBILITIES, required=False, help_text="All, if left out.")
    sportId = serializers.UUIDField(required=False, allow_null=True, help_text="As GET /v1/sports lists it.")
    requiresApproval = serializers.BooleanField(
        required=False, help_text="Whether the coach accepts or rejects each booking (false)."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["ageFrom"] > attrs["ageTo"]:
            raise serializers.ValidationError({"ageTo": ["Must not be less than ageFrom."]})
        minutes = hours_of(attrs, ZoneInfo("UTC")).duration // _MINUTE
        if attrs["duration"] != minutes:
            raise serializers.ValidationError({"duration": [f"From startTime to endTime it is {minutes} minutes."]})
        return attrs


class NewEvent(BodySerializer):
    """A time slot on a date."""

    coachId = serializers.UUIDField()
    startTime = InstantField(help_text="The slot's start on the event's date, in the coach's zone.")
    endTime = InstantField()
    timeslot = TimeSlotInput()


class EventCancellation(BodySerializer):
    """Who cancels an event, and why."""

    userId = serializers.UUIDField(
        required=False, allow_null=True, help_text="The coach. null or left out: the system, for services."
    )
    cancellationReasonCode = serializers.ChoiceField(CANCELLATION_CODES)
    cancellationReasonText = serializers.CharField(
        required=False, allow_null=True, allow_blank=True, max_length=MAX_TEXT, trim_whitespace=False
    )


class EventsQuery(serializers.Serializer[Any]):
    coachId = serializers.UUIDField(required=False, help_text="Of this coach alone.")
    sportId = serializers.UUIDField(required=False, help_text="Of this sport alone.")
    startAt = InstantField(required=False, help_text="Events that start then or later; default: now.")
    endAt = InstantField(required=False, help_text="And before this.")


class TimeSlotOutput(serializers.Serializer[Any]):
    timeSlotId = serializers.UUIDField()
    startTime = serializers.TimeField(help_text="With the zone's offset on the event's date.")
    endTime = serializers.TimeField()
    numberOfParticipants = serializers.IntegerField(min_value=1)
    slotType = serializers.ChoiceField(SLOT_TYPES)
    ageFrom = serializers.IntegerField(min_value=YOUNGEST, max_value=OLDEST)
    ageTo = serializers.IntegerField(min_value=YOUNGEST, max_value=OLDEST)
    duration = serializers.IntegerField(min_value=_SHORTEST)
    price = serializers.IntegerField(min_value=0)
    priceCurrency = serializers.ChoiceField(["RUB"])
    paymentMethod = serializers.ChoiceField(["Cash"])
    addressId = serializers.UUIDField(required=False)
    public = serializers.BooleanField()
    level = serializers.ChoiceField(LEVELS)
    eligibility = serializers.ChoiceField(ELIGIBILITIES)
    sportId = serializers.UUIDField(required=False)
    requiresApproval = serializers.BooleanField()


class EventSummary(serializers.Serializer[Any]):
    """An event as bookings and histories show it."""

    id = serializers.UUIDField()
    timeslotId = serializers.UUIDField()
    startTime = serializers.DateTimeField()
    endTime = serializers.DateTimeField()
    status = serializers.ChoiceField(EVENT_STATUSES)
    coachId = serializers.UUIDField()
    canceledAt = serializers.DateTimeField(required=False)
    canceledByRole = serializers.ChoiceField(ROLES, required=False)
    cancellationReasonCode = serializers.ChoiceField(CANCELLATION_CODES, required=False)
    cancellationReasonText = serializers.CharField(required=False)


class EventOutput(EventSummary):
    """An event with its time slot and how many places are left."""

    timeslot = TimeSlotOutput()
    capacity = serializers.IntegerField(min_value=1)
    freePlaces = serializers.IntegerField(min_value=0)


def hours_of(slot: dict[str, Any], zone: ZoneInfo) -> Hours:
    return Hours(starts=slot["startTime"].replace(tzinfo=None), ends=slot["endTime"].replace(tzinfo=None), zone=zone)


def terms_of(slot: dict[str, Any]) -> Terms:
    return Terms(
        participants=slot["numberOfParticipants"],
        kind=SlotType(slot["slotType"]),
        entry=Entry(
            age_from=slot["ageFrom"],
            age_to=slot["ageTo"],
            eligibility=Eligibility(slot.get("eligibility", Eligibility.ALL)),
        ),
        price=slot["price"],
        address_id=slot.get("addressId"),
        sport_id=slot.get("sportId"),
        is_public=slot.get("public", True),
        level=Level(slot.get("level", Level.ANY)),
        needs_approval=slot.get("requiresApproval", False),
    )


def day_of(wanted: dict[str, Any], zone: ZoneInfo) -> date:
    """The date, in the coach's zone, of an event that is sent with its instants and with the wall time of its slot.

    Raises InvalidInputError, naming the field, where the two don't agree, or an offset is not the zone's then.
    """
    slot = wanted["timeslot"]
    hours = hours_of(slot, zone)
    day: date = wanted["startTime"].astimezone(zone).date()
    starts, ends = hours.on(day)
    wrong = {
        f"timeslot.{name}": [f"In {zone.key} the offset is {_offset(on, clock, zone)} on {on}."]
        for name, on, clock, instant in (
            ("startTime", day, slot["startTime"], starts),
            ("endTime", hours.last_day(day), slot["endTime"], ends),
        )
        if datetime.combine(on, clock) != instant
    }
    if not wrong:
        wrong = {
            name: [f"By timeslot it is {instant.astimezone(zone).isoformat()}."]
            for name, instant in (("startTime", starts), ("endTime", ends))
            if wanted[name] != instant
        }
    if wrong:
        raise InvalidInputError(wrong)
    return day


def _offset(day: date, clock: time, zone: ZoneInfo) -> str:
    return _wall(day, clock.replace(tzinfo=None), zone)[8:]


def _wall(day: date, clock: time, zone: ZoneInfo) -> str:
    """A wall time with its zone's offset on a day: the first of two, and of one that is skipped the offset before."""
    return datetime.combine(day, clock, zone).isoformat()[11:]


def time_slot_json(slot: TimeSlot, *, day: date) -> dict[str, Any]:
    """On a day of the slot's zone."""
    hours = slot.hours
    last = hours.last_day(day)
    return without_none(
        {
            "timeSlotId": slot.pk,
            "startTime": _wall(day, hours.starts, hours.zone),
            "endTime": _wall(last, hours.ends, hours.zone),
            "numberOfParticipants": slot.participants,
            "slotType": slot.kind,
            "ageFrom": slot.age_from,
            "ageTo": slot.age_to,
            "duration": hours.duration // _MINUTE,
            "price": slot.price,
            "priceCurrency": "RUB",
            "paymentMethod": "Cash",
            "addressId": slot.address_id,
            "public": slot.is_public,
            "level": slot.level,
            "eligibility": slot.eligibility,
            "sportId": slot.sport_id,
            "requiresApproval": slot.needs_approval,
        }
    )


def event_summary_json(event: Event) -> dict[str, Any]:
    return without_none(
        {
            "id": event.pk,
            "timeslotId": event.time_slot_id,
            "startTime": event.starts_at,
            "endTime": event.ends_at,
            "status": event.status,
            "coachId": event.coach.person_id,
            "canceledAt": event.canceled_at,
            "canceledByRole": event.canceled_by_role or None,
            "cancellationReasonCode": event.cancellation_reason_code or None,
            "cancellationReasonText": event.cancellation_reason_text or None,
        }
    )


def event_json(event: Event) -> dict[str, Any]:
    return {
        **event_summary_json(event),
        "timeslot": time_slot_json(event.time_slot, day=event.date),
        "capacity": event.capacity,
        "freePlaces": event.free,
    }


def without_none(values: dict[str, Any]) -> dict[str, Any]:
    """What the contract does not let be null is left out."""
    return {name: value for name, value in values.items() if value is not None}
