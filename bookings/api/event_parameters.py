"""The parameters of the endpoints of events and of the places in them, and where their answers lead."""

import uuid
from typing import Final

from drf_spectacular.utils import OpenApiExample, OpenApiParameter

from api import examples

_FOR = "For a service token with the scope act-as: the person for whom the request acts. "


def _id(what: str, example: str, name: str, *, called: str = "id") -> OpenApiParameter:
    return OpenApiParameter(
        called,
        uuid.UUID,
        OpenApiParameter.PATH,
        description=f"The {what}'s id.",
        examples=[OpenApiExample(name, value=example)],
    )


EVENT_ID: Final = _id("event", examples.EVENT, "One of the demo, to come")
EVENT_TO_CANCEL: Final = _id("event", examples.EVENT_TO_CANCEL, "Another of the demo, to come")
BOOKING_ID: Final = _id("booking", examples.PLACE, "One of the demo, to come")
BOOKING_TO_CANCEL: Final = _id("booking", examples.PLACE_TO_CANCEL, "Another of the demo, to come")
HELD_BOOKING_ID: Final = _id("booking", examples.HELD_PLACE, "One of the demo that is over")
DISPUTABLE_BOOKING_ID: Final = _id("booking", examples.DISPUTABLE_PLACE, "Another of the demo that is over")
DISPUTED_BOOKING_ID: Final = _id("booking", examples.DISPUTED_PLACE, "One of the demo that is disputed")
CANCELED_BOOKING_ID: Final = _id("booking", examples.CANCELED_PLACE, "One of the demo that was canceled")
PENDING_BOOKING_ID: Final = _id("booking", examples.PENDING_PLACE, "One of the demo that waits")
OTHER_PENDING_BOOKING_ID: Final = _id("booking", examples.OTHER_PENDING_PLACE, "Another of the demo that waits")
FULL_EVENT_ID: Final = _id("event", examples.FULL_EVENT, "One of the demo that is full")
WAITED_EVENT_ID: Final = _id("event", examples.WAITED_EVENT, "One of the demo for which somebody waits")
EVENT_TO_LEAVE: Final = _id("event", examples.EVENT_TO_LEAVE, "Another of the demo for which somebody waits")
WAITING_ID: Final = _id("place in the line", examples.WAITING_TO_LEAVE, "One of the demo", called="waiting_id")
FOR_ANYBODY: Final = OpenApiParameter(
    "X-Current-User-Id",
    uuid.UUID,
    OpenApiParameter.HEADER,
    description=_FOR + "Leave it out with a user's own token, and where a service acts for nobody.",
)
FOR_COACH: Final = OpenApiParameter(
    "X-Current-User-Id", uuid.UUID, OpenApiParameter.HEADER, description=_FOR + "Here: the coach, or nobody."
)


def _whose(what: str, *, required: bool) -> OpenApiParameter:
    return OpenApiParameter(
        "userId",
        uuid.UUID,
        OpenApiParameter.QUERY,
        description=what,
        required=required,
        examples=[OpenApiExample("Maya Lindqvist of the demo", value=examples.PATIENT)],
    )


USER_OR_EVENT: Final = _whose("Give this or eventId.", required=False)
ORDERS_OF: Final = _whose("Whose orders.", required=True)
HISTORY_OF: Final = _whose("Whose history.", required=True)
OWNER: Final = _whose("Must be the owner of the booking.", required=True)
ORDER_LEADS_TO: Final = {
    "x-links": {
        "booking": {"operationId": "getBooking", "parameters": {"id": "$response.body#/bookings/0/bookingId"}},
        "cancel": {"operationId": "cancelBooking", "parameters": {"id": "$response.body#/bookings/0/bookingId"}},
    }
}
WAITING_LEADS_TO: Final = {
    "x-links": {
        "leave": {
            "operationId": "leaveWaiting",
            "parameters": {"id": "$response.body#/eventId", "waiting_id": "$response.body#/waitingId"},
        }
    }
}
WAITING_OF: Final = _whose("Who waits.", required=True)
