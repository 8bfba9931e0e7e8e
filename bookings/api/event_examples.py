"""Examples for the OpenAPI document. They work against the demo tenant harbor."""

from typing import Any, Final

from api.examples import (
    ADDRESS,
    CANCELED_PLACE,
    DISPUTABLE_PLACE,
    DISPUTE_REASON,
    DISPUTED_PLACE,
    EVENT,
    EVENT_TO_CANCEL,
    HELD_PLACE,
    OTHER_EVENT,
    OTHER_PENDING_PLACE,
    PATIENT,
    PENDING_PLACE,
    PLACE,
    SPORT,
    TIME_SLOT,
    TRAINER,
    answered,
    sent,
)

_ORDER_ID = "0198c0de-7a00-7000-8000-0de400000001"
_NEW_EVENT_ID = "0198c0de-7a00-7000-8000-e7e400000001"
_NEW_SLOT_ID = "0198c0de-7a00-7000-8000-510700000001"
_MADE_AT = "2026-11-20T16:04:05.123456Z"
_SENT_SLOT: dict[str, Any] = {
    "startTime": "06:30:00+03:00",
    "endTime": "07:30:00+03:00",
    "numberOfParticipants": 8,
    "slotType": "Offline",
    "ageFrom": 18,
    "ageTo": 99,
    "duration": 60,
    "price": 120_000,
    "priceCurrency": "RUB",
    "paymentMethod": "Cash",
    "addressId": ADDRESS,
    "public": True,
    "level": "Any",
    "eligibility": "All",
    "sportId": SPORT,
    "requiresApproval": False,
}
_SLOT: dict[str, Any] = {
    **_SENT_SLOT,
    "timeSlotId": TIME_SLOT,
    "startTime": "18:00:00+03:00",
    "endTime": "19:30:00+03:00",
    "numberOfParticipants": 4,
    "duration": 90,
    "price": 150_000,
}
_EVENT: dict[str, Any] = {
    "id": EVENT,
    "timeslotId": TIME_SLOT,
    "startTime": "{day}T15:00:00Z",
    "endTime": "{day}T16:30:00Z",
    "status": "Scheduled",
    "coachId": TRAINER,
    "timeslot": _SLOT,
    "capacity": 4,
    "freePlaces": 3,
}
_SUMMARY = {name: _EVENT[name] for name in ("id", "timeslotId", "startTime", "endTime", "status", "coachId")}
_BOOKING: dict[str, Any] = {
    "bookingId": PLACE,
    "orderId": _ORDER_ID,
    "userId": PATIENT,
    "coachId": TRAINER,
    "eventId": EVENT,
    "startAt": "{day}T15:00:00Z",
    "endAt": "{day}T16:30:00Z",
    "bookingStatus": "Accepted",
    "eventStatus": "Scheduled",
    "completed": False,
    "note": None,
    "canceledAt": None,
    "canceledByRole": None,
    "cancellationReasonCode": None,
    "cancellationReasonText": None,
    "sportId": SPORT,
    "serviceCardinality": 1,
    "timeslot": _SLOT,
}
_ORDER: dict[str, Any] = {
    "orderId": _ORDER_ID,
    "userId": PATIENT,
    "paymentStatus": "Cash",
    "createdAt": _MADE_AT,
    "bookings": [_BOOKING],
}
_HELD = {**_BOOKING, "bookingId": HELD_PLACE}
_BESIDE: dict[str, Any] = {
    "bookingId": DISPUTABLE_PLACE,
    "orderId": _ORDER_ID,
    "userId": PATIENT,
    "eventId": EVENT,
    "status": "InDispute",
    "completed": False,
    "createdAt": _MADE_AT,
}
_ALONE = {**_SLOT, "numberOfParticipants": 1, "requiresApproval": True}

# Without the array around them: drf-spectacular adds that.
EVENTS: Final = [answered("Events", _EVENT)]
EVENT_READ: Final = [answered("An event", _EVENT)]
NEW_EVENT: Final = [
    sent(
        "A morning in Moscow",
        {
            "coachId": TRAINER,
            "startTime": "{day}T06:30:00+03:00",
            "endTime": "{day}T07:30:00+03:00",
            "timeslot": _SENT_SLOT,
        },
    ),
    answered(
        "Published",
        {
            **_EVENT,
            "id": _NEW_EVENT_ID,
            "timeslotId": _NEW_SLOT_ID,
            "startTime": "{day}T03:30:00Z",
            "endTime": "{day}T04:30:00Z",
            "timeslot": {**_SENT_SLOT, "timeSlotId": _NEW_SLOT_ID},
            "capacity": 8,
            "freePlaces": 8,
        },
        status=201,
    ),
]
_LATE_SLOT: dict[str, Any] = {
    **_SENT_SLOT,
    "startTime": "23:00:00+03:00",
    "endTime": "00:00:00+03:00",
    "numberOfParticipants": 6,
}
_SERIES: dict[str, Any] = {
    "coachId": TRAINER,
    "startTime": "{day}T23:00:00+03:00",
    "endTime": "{next_day}T00:00:00+03:00",
    "timeslot": _LATE_SLOT,
    "rule": "FREQ=WEEKLY;COUNT=10",
}
_SKIPPED = {
    "startTime": "{day}T20:00:00Z",
    "code": "coach_busy",
    "message": "The coach has something else between {day}T20:00:00Z and {day}T21:00:00Z.",
}
NEW_SERIES: Final = [
    sent("Ten weeks", {**_SERIES, "onConflict": "skip"}),
    sent("What five days would become", {**_SERIES, "rule": "FREQ=DAILY;COUNT=5", "preview": True}),
    answered(
        "Published",
        {
            "events": [
                {
                    **_EVENT,
                    "id": _NEW_EVENT_ID,
                    "timeslotId": _NEW_SLOT_ID,
                    "startTime": "{next_day}T20:00:00Z",
                    "endTime": "{next_day}T21:00:00Z",
                    "timeslot": {**_LATE_SLOT, "timeSlotId": _NEW_SLOT_ID},
                    "capacity": 6,
                    "freePlaces": 6,
                }
            ],
            "skipped": [_SKIPPED],
        },
        status=201,
    ),
    answered(
        "Previewed",
        {
            "events": [{"startTime": "{next_day}T20:00:00Z", "endTime": "{next_day}T21:00:00Z"}],
            "skipped": [_SKIPPED],
        },
    ),
]
CANCELED_EVENT: Final = [
    sent("By the system", {"cancellationReasonCode": "Other", "cancellationReasonText": "The gym is closed."}),
    answered(
        "Canceled",
        {
            **_EVENT,
            "id": EVENT_TO_CANCEL,
            "status": "Canceled",
            "canceledAt": _MADE_AT,
            "canceledByRole": "System",
            "cancellationReasonCode": "Other",
            "cancellationReasonText": "The gym is closed.",
            "freePlaces": 0,
        },
    ),
]
NEW_ORDER: Final = [
    sent("Two events", {"userId": PATIENT, "eventIds": [EVENT, OTHER_EVENT], "paymentMethod": {"type": "Cash"}}),
    answered(
        "Ordered",
        {**_ORDER, "bookings": [_BOOKING, {**_BOOKING, "eventId": OTHER_EVENT, "serviceCardinality": 2}]},
        status=201,
    ),
]
ORDERS: Final = [answered("Orders", _ORDER)]
BOOKINGS: Final = [answered("Bookings", _BOOKING)]
BOOKING: Final = [answered("A place in an event", _BOOKING)]
COMPLETED: Final = [sent("It took place", {"completed": True}), answered("Completed", {**_HELD, "completed": True})]
NOTED: Final = [sent("A note", {"note": "Good stance."}), answered("Noted", {**_HELD, "note": "Good stance."})]
CANCELED: Final = [sent("By the athlete", {"userId": PATIENT, "cancellationReasonCode": "NotFeelingWell"})]
DISPUTED: Final = [
    sent(
        "By the athlete",
        {"disputerUserId": PATIENT, "reasonId": DISPUTE_REASON, "comment": "I waited for half an hour."},
    ),
    answered(
        "In dispute",
        {
            "booking": _BESIDE,
            "event": _SUMMARY,
            "timeslot": _SLOT,
            "session": {"startAt": _EVENT["startTime"], "endAt": _EVENT["endTime"], "coachId": TRAINER},
            "service": {"sportId": SPORT, "serviceCardinality": 1, "price": 150_000, "priceCurrency": "RUB"},
        },
    ),
]
RESOLVED: Final = [
    sent("For the athlete", {"resolution": "The money is paid back."}),
    answered("Decided", {**_BOOKING, "bookingId": DISPUTED_PLACE, "bookingStatus": "DisputeDone"}),
]
ACCEPTED: Final = [answered("Accepted", {**_BOOKING, "bookingId": PENDING_PLACE, "timeslot": _ALONE})]
REJECTED: Final = [
    answered(
        "Rejected",
        {**_BOOKING, "bookingId": OTHER_PENDING_PLACE, "bookingStatus": "Rejected", "timeslot": _ALONE},
    )
]
HISTORY: Final = [
    answered(
        "As athlete",
        {
            "entries": [
                {
                    "athlete": {
                        "event": _SUMMARY,
                        "booking": {
                            **_BESIDE,
                            "bookingId": CANCELED_PLACE,
                            "status": "Canceled",
                            "canceledAt": _MADE_AT,
                            "canceledByRole": "Athlete",
                            "cancellationReasonCode": "NoTime",
                        },
                        "timeslot": _SLOT,
                    }
                }
            ],
            "total": 1,
            "remainingPages": 0,
        },
    )
]
_BOXING = {"id": SPORT, "name": "Boxing"}
_GYM = {"id": ADDRESS, "name": "Gym on the quay", "address": "Quay 7", "timezone": "Europe/Moscow"}
_REASON = {"id": DISPUTE_REASON, "name": "The coach did not come"}
SPORTS: Final = [answered("Sports", _BOXING)]
NEW_SPORT: Final = [sent("Rowing", {"name": "Rowing"}), answered("Added", {**_BOXING, "name": "Rowing"}, status=201)]
ADDRESSES: Final = [answered("Addresses", _GYM)]
NEW_ADDRESS: Final = [
    sent("A boathouse", {"name": "Boathouse", "address": "Quay 9", "timezone": "Europe/Moscow"}),
    answered("Added", {**_GYM, "name": "Boathouse", "address": "Quay 9"}, status=201),
]
REASONS: Final = [answered("Reasons", _REASON)]
NEW_REASON: Final = [
    sent("Too short", {"name": "It was too short"}),
    answered("Added", {**_REASON, "name": "It was too short"}, status=201),
]
