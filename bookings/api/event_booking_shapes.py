"""Orders, the bookings in them and histories on the wire (leko.yaml)."""

from collections.abc import Mapping
from typing import Any, Final

from rest_framework import serializers

from api.fields import BodySerializer, InstantField
from bookings.api.event_shapes import (
    CANCELLATION_CODES,
    ROLES,
    EventCancellation,
    EventSummary,
    TimeSlotOutput,
    event_summary_json,
    time_slot_json,
    without_none,
)
from bookings.models import EventBooking, Order
from bookings.rules.event_booking import LONGEST_NOTE, Status
from bookings.selectors.histories import PAGE_SIZE, Grouping, Page, Participation
from bookings.services.place_order import MOST_EVENTS

MAX_PAGE: Final = 1_000_000
STATUSES = [one.value for one in Status]
PAYMENT_STATUSES = [one.value for one in Order.PaymentStatus]
GROUPINGS = [one.value for one in Grouping]
PARTICIPATIONS = [one.value for one in Participation]


class PaymentMethodInput(BodySerializer):
    """How the order is paid."""

    type = serializers.ChoiceField(["Cash", "Card"], help_text="Only Cash is enabled for now.")
    methodId = serializers.UUIDField(required=False, allow_null=True, help_text="Of a card.")


class NewOrder(BodySerializer):
    """Places in events, all or none."""

    userId = serializers.UUIDField(help_text="Who takes part.")
    eventIds = serializers.ListField(child=serializers.UUIDField(), min_length=1, max_length=MOST_EVENTS)
    paymentMethod = PaymentMethodInput()


class Completion(BodySerializer):
    """Whether a place was used."""

    completed = serializers.BooleanField()


class Note(BodySerializer):
    """What is to be remembered of it. Its client reads it."""

    note = serializers.CharField(max_length=LONGEST_NOTE, allow_blank=True, trim_whitespace=False)


class BookingCancellation(EventCancellation):
    """Who cancels a booking, and why."""

    userId = serializers.UUIDField(
        required=False, allow_null=True, help_text="Athlete or coach. null or left out: the system, for services."
    )


class NewDispute(BodySerializer):
    """Who complains of a booking, and of what."""

    disputerUserId = serializers.UUIDField(help_text="Athlete or coach of the booking.")
    reasonId = serializers.UUIDField(help_text="As GET /v1/dispute-reasons lists it.")
    comment = serializers.CharField(
        required=False, allow_null=True, allow_blank=True, max_length=LONGEST_NOTE, trim_whitespace=False
    )


class Resolution(BodySerializer):
    """What staff decided."""

    resolution = serializers.CharField(max_length=LONGEST_NOTE)


class BookingsQuery(serializers.Serializer[Any]):
    userId = serializers.UUIDField(required=False, help_text="Give this or eventId.")
    eventId = serializers.UUIDField(required=False, help_text="Give this or userId.")
    startAt = InstantField(required=False, help_text="Of events that start then or later. Only together with userId.")
    endAt = InstantField(required=False, help_text="And before this. Only together with userId.")


class OrdersQuery(serializers.Serializer[Any]):
    userId = serializers.UUIDField(help_text="Whose orders.")
    startAt = InstantField(required=False, help_text="Placed then or later.")
    endAt = InstantField(required=False, help_text="And before this.")


class DismissalQuery(serializers.Serializer[Any]):
    userId = serializers.UUIDField(help_text="Must be the owner of the booking.")


class HistoryQuery(serializers.Serializer[Any]):
    userId = serializers.UUIDField(help_text="Whose history.")
    page = serializers.IntegerField(required=False, min_value=0, max_value=MAX_PAGE, help_text="From 0 on.")
    groupingType = serializers.ChoiceField(GROUPINGS, required=False, help_text="Events for one, or for several.")
    bookingStatus = serializers.ChoiceField(STATUSES, required=False, help_text="Bookings that are so now.")
    startTime = InstantField(required=False, help_text="Of events that start then or later.")
    endTime = InstantField(required=False, help_text="And before this.")
    sportIds = serializers.ListField(
        child=serializers.UUIDField(), required=False, max_length=50, help_text="Of these sports alone."
    )
    participationType = serializers.ChoiceField(PARTICIPATIONS, required=False, help_text="Attended or conducted.")


class BookingOutput(serializers.Serializer[Any]):
    """One place of a user in a coach event."""

    bookingId = serializers.UUIDField()
    orderId = serializers.UUIDField()
    userId = serializers.UUIDField()
    coachId = serializers.UUIDField()
    eventId = serializers.UUIDField()
    startAt = serializers.DateTimeField()
    endAt = serializers.DateTimeField()
    bookingStatus = serializers.ChoiceField(STATUSES)
    eventStatus = serializers.CharField(allow_null=True)
    completed = serializers.BooleanField()
    note = serializers.CharField(allow_null=True)
    canceledAt = serializers.DateTimeField(allow_null=True)
    canceledByRole = serializers.ChoiceField(ROLES, allow_null=True)
    cancellationReasonCode = serializers.ChoiceField(CANCELLATION_CODES, allow_null=True)
    cancellationReasonText = serializers.CharField(allow_null=True)
    sportId = serializers.UUIDField(required=False)
    serviceCardinality = serializers.IntegerField(
        allow_null=True, min_value=1, help_text="The user's how-many-th booking with this coach."
    )
    timeslot = TimeSlotOutput()


class OrderOutput(serializers.Serializer[Any]):
    """What was ordered at once."""

    orderId = serializers.UUIDField()
    userId = serializers.UUIDField()
    paymentStatus = serializers.ChoiceField(PAYMENT_STATUSES)
    createdAt = serializers.DateTimeField()
    bookings = BookingOutput(many=True)


class EventBookingOutput(serializers.Serializer[Any]):
    """A booking as it is shown beside its event."""

    bookingId = serializers.UUIDField()
    orderId = serializers.UUIDField()
    userId = serializers.UUIDField()
    eventId = serializers.UUIDField()
    status = serializers.ChoiceField(STATUSES)
    completed = serializers.BooleanField()
    note = serializers.CharField(required=False)
    canceledAt = serializers.DateTimeField(required=False)
    canceledByRole = serializers.ChoiceField(ROLES, required=False)
    cancellationReasonCode = serializers.ChoiceField(CANCELLATION_CODES, required=False)
    cancellationReasonText = serializers.CharField(required=False)
    createdAt = serializers.DateTimeField()


class SessionOutput(serializers.Serializer[Any]):
    """When it takes place, and who leads it."""

    startAt = serializers.DateTimeField()
    endAt = serializers.DateTimeField()
    coachId = serializers.UUIDField()


class ServiceOutput(serializers.Serializer[Any]):
    """What was booked, at which price (kopecks)."""

    sportId = serializers.UUIDField(required=False)
    serviceCardinality = serializers.IntegerField(min_value=1)
    price = serializers.IntegerField(min_value=0)
    priceCurrency = serializers.ChoiceField(["RUB"])


class DisputedOutput(serializers.Serializer[Any]):
    """A booking with its context."""

    booking = EventBookingOutput()
    event = EventSummary()
    timeslot = TimeSlotOutput()
    session = SessionOutput()
    service = ServiceOutput()


class AttendedOutput(serializers.Serializer[Any]):
    """A place that somebody had."""

    event = EventSummary()
    booking = EventBookingOutput()
    timeslot = TimeSlotOutput()


class ConductedOutput(serializers.Serializer[Any]):
    """An event that somebody led, with all places in it."""

    event = EventSummary()
    bookings = EventBookingOutput(many=True)
    timeslot = TimeSlotOutput()


class HistoryEntryOutput(serializers.Serializer[Any]):
    """As athlete or as coach: one of the two."""

    athlete = AttendedOutput(required=False)
    coach = ConductedOutput(required=False)


class HistoryOutput(serializers.Serializer[Any]):
    """One page of history."""

    entries = HistoryEntryOutput(many=True)
    total = serializers.IntegerField(min_value=0)
    remainingPages = serializers.IntegerField(min_value=0)


def booking_json(booking: EventBooking) -> dict[str, Any]:
    """Needs what `with_event` loads."""
    event = booking.event
    body = {
        "bookingId": booking.pk,
        "orderId": booking.order_id,
        "userId": booking.client.person_id,
        "coachId": event.coach.person_id,
        "eventId": event.pk,
        "startAt": event.starts_at,
        "endAt": event.ends_at,
        "bookingStatus": booking.status,
        "eventStatus": event.status,
        "completed": booking.completed,
        "note": booking.note,
        "canceledAt": booking.canceled_at,
        "canceledByRole": booking.canceled_by_role or None,
        "cancellationReasonCode": booking.cancellation_reason_code or None,
        "cancellationReasonText": booking.cancellation_reason_text or None,
        "serviceCardinality": booking.cardinality,
        "timeslot": time_slot_json(event.time_slot, day=event.date),
    }
    return body | _sport(booking)


def order_json(order: Order) -> dict[str, Any]:
    return {
        "orderId": order.pk,
        "userId": order.client.person_id,
        "paymentStatus": order.payment_status,
        "createdAt": order.created_at,
        "bookings": [booking_json(booking) for booking in order.bookings.all()],
    }


def event_booking_json(booking: EventBooking) -> dict[str, Any]:
    """As beside an event: what the contract does not let be null is left out."""
    body = {
        "bookingId": booking.pk,
        "orderId": booking.order_id,
        "userId": booking.client.person_id,
        "eventId": booking.event_id,
        "status": booking.status,
        "completed": booking.completed,
        "note": booking.note,
        "canceledAt": booking.canceled_at,
        "canceledByRole": booking.canceled_by_role or None,
        "cancellationReasonCode": booking.cancellation_reason_code or None,
        "cancellationReasonText": booking.cancellation_reason_text or None,
        "createdAt": booking.created_at,
    }
    return without_none(body)


def disputed_json(booking: EventBooking) -> dict[str, Any]:
    event = booking.event
    return {
        "booking": event_booking_json(booking),
        "event": event_summary_json(event),
        "timeslot": time_slot_json(event.time_slot, day=event.date),
        "session": {"startAt": event.starts_at, "endAt": event.ends_at, "coachId": event.coach.person_id},
        "service": {
            "serviceCardinality": booking.cardinality,
            "price": booking.price,
            "priceCurrency": "RUB",
            **_sport(booking),
        },
    }


def history_json(page: Page) -> dict[str, Any]:
    entries: list[Mapping[str, Any]] = []
    for entry in page.entries:
        event = entry.event
        about = {"event": event_summary_json(event), "timeslot": time_slot_json(event.time_slot, day=event.date)}
        bookings = [event_booking_json(booking) for booking in entry.bookings]
        if entry.as_coach:
            entries.append({"coach": {**about, "bookings": bookings}})
        else:
            entries.append({"athlete": {**about, "booking": bookings[0]}})
    pages = -(-page.total // PAGE_SIZE)
    return {"entries": entries, "total": page.total, "remainingPages": max(0, pages - page.number - 1)}


def _sport(booking: EventBooking) -> dict[str, Any]:
    sport_id = booking.event.time_slot.sport_id
    return {"sportId": sport_id} if sport_id else {}
