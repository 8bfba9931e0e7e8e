"""What becomes of the places in events (leko.yaml)."""

import re
from typing import ClassVar
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from api.brands import current_brand_id
from api.errors import InvalidInputError
from api.versions import IF_MATCH, expected_versions, versioned
from bookings import event_errors as errors
from bookings.api import event_booking_shapes as shapes
from bookings.api import event_examples as examples
from bookings.api import event_parameters as parameters
from bookings.api.orders import MANAGE
from bookings.errors import BookingNotFoundError, ForeignBookingError, NotCancellableError
from bookings.models import EventBooking
from bookings.rules.event_booking import Role
from bookings.selectors.event_bookings import booking_of_brand
from bookings.services.cancel_event_booking import cancel_event_booking
from bookings.services.complete_event_booking import complete_event_booking
from bookings.services.decide_event_booking import decide_event_booking
from bookings.services.dismiss_event_booking import dismiss_event_booking
from bookings.services.note_event_booking import note_event_booking
from bookings.services.open_dispute import open_dispute
from bookings.services.resolve_dispute import resolve_dispute
from scheduling.api.acting import ActingForAnotherError, ActsForPerson, ServicesOnlyError
from tenants.errors import DomainError, GoneError, StaleVersionError

# As the contract writes it: Python would take other forms, too.
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\Z")
_WRITES = {"write:bookings", MANAGE}
_ACTIONS = ["completed", "note", "dismiss", "cancel", "dispute", "resolve", "accept", "reject"]
_ANY = [
    GoneError,
    StaleVersionError,
    InvalidInputError,
    ActingForAnotherError,
]
_FOUND = [*_ANY, BookingNotFoundError]
_AFTER = [*_FOUND, errors.CoachOnlyError, errors.NotHeldError, errors.EventNotOverError]
_DECISION = [*_FOUND, errors.CoachOnlyError, errors.NotDecidableError]
# Their contract knows no 404.
_NAMED = [*_ANY, errors.UnknownBookingError, ForeignBookingError]


class EventBookingActions(ActsForPerson):
    """Steps of one place in an event."""

    EVENT_BOOKING_SCOPES: ClassVar = {
        **dict.fromkeys(_ACTIONS, _WRITES),
        "resolve": {MANAGE},
    }
    EVENT_BOOKING_QUERIES: ClassVar = {"dismiss": shapes.DismissalQuery}
    EVENT_BOOKING_REFUSALS: ClassVar[dict[str, list[type[DomainError]]]] = {
        "completed": _AFTER,
        "note": _AFTER,
        "dismiss": [*_FOUND, errors.OwnerOnlyError, errors.NotCanceledError],
        "cancel": [*_NAMED, NotCancellableError, ServicesOnlyError],
        "dispute": [*_NAMED, errors.UnknownReasonError, errors.NotDisputableError],
        "resolve": [*_FOUND, ServicesOnlyError, errors.NotInDisputeError],
        "accept": _DECISION,
        "reject": _DECISION,
    }
    EVENT_BOOKING_VERSIONED: ClassVar = {"completed", "note", "dispute", "resolve", "accept", "reject"}

    @extend_schema(
        operation_id="markBookingAsCompleted",
        tags=["event-bookings"],
        summary="Set the completed flag of a booking",
        description="The coach, or a service with manage:bookings, once the event is over. false takes it back.",
        parameters=[parameters.HELD_BOOKING_ID, parameters.FOR_COACH, IF_MATCH],
        request=shapes.Completion,
        responses={200: shapes.BookingOutput},
        examples=examples.COMPLETED,
    )
    @action(detail=True, methods=["patch"])
    def completed(self, request: Request, id: str) -> Response:  # noqa: A002 - the path's name
        said = self.parsed(shapes.Completion)
        booking = self.led_place(id)
        expected = expected_versions(request)
        return _answer(
            complete_event_booking(booking=booking, completed=said["completed"], now=self.now, expected=expected)
        )

    @extend_schema(
        operation_id="addBookingNote",
        tags=["event-bookings"],
        summary="Set the note of a booking",
        description="The coach, or a service with manage:bookings, once the event is over. Its athlete reads it.",
        parameters=[parameters.HELD_BOOKING_ID, parameters.FOR_COACH, IF_MATCH],
        request=shapes.Note,
        responses={200: shapes.BookingOutput},
        examples=examples.NOTED,
    )
    @action(detail=True, methods=["patch"])
    def note(self, request: Request, id: str) -> Response:  # noqa: A002
        said = self.parsed(shapes.Note)
        booking = self.led_place(id)
        expected = expected_versions(request)
        return _answer(note_event_booking(booking=booking, note=said["note"], now=self.now, expected=expected))

    @extend_schema(
        operation_id="dismissBooking",
        tags=["event-bookings"],
        summary="Hide a canceled booking from its owner's list",
        description="Only its owner, and for good: GET /v1/bookings?userId=... leaves it out, all else shows it.",
        parameters=[parameters.CANCELED_BOOKING_ID, parameters.OWNER, parameters.FOR_ANYBODY, IF_MATCH],
        request=None,
        responses={204: None},
    )
    @action(detail=True, methods=["patch"])
    def dismiss(self, request: Request, id: str) -> Response:  # noqa: A002
        user_id = self.query()["userId"]
        self.check_names(user_id)
        booking = self.place(id, as_person=user_id)
        if booking.client.person_id != user_id:
            raise errors.OwnerOnlyError
        dismiss_event_booking(booking=booking, now=self.now, expected=expected_versions(request))
        return Response(status=204)

    @extend_schema(
        operation_id="cancelBooking",
        tags=["event-bookings"],
        summary="Cancel a booking",
        description=(
            "Its athlete until the start, its coach, and (without userId) a service with manage:bookings, until the "
            "end. The place goes to who waits next, or is free for others."
        ),
        parameters=[parameters.BOOKING_TO_CANCEL, parameters.FOR_ANYBODY, IF_MATCH],
        request=shapes.BookingCancellation,
        responses={204: None},
        examples=examples.CANCELED,
    )
    @action(detail=True, methods=["patch"])
    def cancel(self, request: Request, id: str) -> Response:  # noqa: A002
        said = self.parsed(shapes.BookingCancellation)
        user_id = said.get("userId")
        if user_id is not None:
            self.check_names(user_id)
        else:
            self.check_is_service_with(MANAGE)
        booking = self._named_place(id, user_id)
        cancel_event_booking(
            booking=booking,
            role=role_of(booking, user_id),
            reason_code=said["cancellationReasonCode"],
            reason_text=said.get("cancellationReasonText") or "",
            now=self.now,
            expected=expected_versions(request),
        )
        return Response(status=204)

    @extend_schema(
        operation_id="disputeBooking",
        tags=["event-bookings"],
        summary="Open a dispute about a booking",
        description="Its athlete or its coach, from the start of the event on. Staff decides it.",
        parameters=[parameters.DISPUTABLE_BOOKING_ID, parameters.FOR_ANYBODY, IF_MATCH],
        request=shapes.NewDispute,
        responses={200: shapes.DisputedOutput},
        examples=examples.DISPUTED,
    )
    @action(detail=True, methods=["patch"])
    def dispute(self, request: Request, id: str) -> Response:  # noqa: A002
        said = self.parsed(shapes.NewDispute)
        self.check_names(said["disputerUserId"])
        booking = self._named_place(id, said["disputerUserId"])
        role_of(booking, said["disputerUserId"])
        booking = open_dispute(
            booking=booking,
            disputer_id=said["disputerUserId"],
            reason_id=said["reasonId"],
            comment=said.get("comment") or "",
            now=self.now,
            expected=expected_versions(request),
        )
        return versioned(Response(shapes.disputed_json(booking)), booking.version)

    @extend_schema(
        operation_id="resolveBookingDispute",
        tags=["event-bookings"],
        summary="Decide the dispute about a booking",
        parameters=[parameters.DISPUTED_BOOKING_ID, IF_MATCH],
        request=shapes.Resolution,
        responses={200: shapes.BookingOutput},
        examples=examples.RESOLVED,
    )
    @action(detail=True, methods=["patch"])
    def resolve(self, request: Request, id: str) -> Response:  # noqa: A002
        said = self.parsed(shapes.Resolution)
        self.check_is_service_with(MANAGE)
        booking = self.place(id)
        expected = expected_versions(request)
        return _answer(resolve_dispute(booking=booking, resolution=said["resolution"], now=self.now, expected=expected))

    @extend_schema(
        operation_id="acceptBooking",
        tags=["event-bookings"],
        summary="Accept a booking that waits for approval",
        parameters=[parameters.PENDING_BOOKING_ID, parameters.FOR_COACH, IF_MATCH],
        request=None,
        responses={200: shapes.BookingOutput},
        examples=examples.ACCEPTED,
    )
    @action(detail=True, methods=["patch"])
    def accept(self, request: Request, id: str) -> Response:  # noqa: A002
        return self._decide(request, id, accept=True)

    @extend_schema(
        operation_id="rejectBooking",
        tags=["event-bookings"],
        summary="Reject a booking that waits for approval",
        description="Its place goes to who waits next, or is free for others.",
        parameters=[parameters.OTHER_PENDING_BOOKING_ID, parameters.FOR_COACH, IF_MATCH],
        request=None,
        responses={200: shapes.BookingOutput},
        examples=examples.REJECTED,
    )
    @action(detail=True, methods=["patch"])
    def reject(self, request: Request, id: str) -> Response:  # noqa: A002
        return self._decide(request, id, accept=False)

    def _decide(self, request: Request, booking_id: str, *, accept: bool) -> Response:
        booking = self.led_place(booking_id)
        expected = expected_versions(request)
        return _answer(decide_event_booking(booking=booking, accept=accept, now=self.now, expected=expected))

    def place(self, booking_id: str, *, as_person: UUID | None = None) -> EventBooking:
        """A booking of the current brand to which the caller is a side. Raises BookingNotFoundError, InvalidInputError.

        `as_person` is whom the request names, where that says more than the token.
        """
        booking = booking_of_brand(booking_id=uuid_of(booking_id), brand_id=current_brand_id(self.request))
        person_id = as_person or self.person_id
        if booking is None:
            raise BookingNotFoundError
        if self.is_service_with(MANAGE) or person_id in {booking.client.person_id, booking.event.coach.person_id}:
            return booking
        raise BookingNotFoundError

    def _named_place(self, booking_id: str, user_id: UUID | None) -> EventBooking:
        """As `place`, by the contract of those operations. Raises UnknownBookingError."""
        try:
            return self.place(booking_id, as_person=user_id)
        except BookingNotFoundError as error:
            raise errors.UnknownBookingError(booking_id=booking_id) from error

    def led_place(self, booking_id: str) -> EventBooking:
        """As `place`, for the coach's side. Raises CoachOnlyError."""
        booking = self.place(booking_id)
        if not self.is_service_with(MANAGE) and self.person_id != booking.event.coach.person_id:
            raise errors.CoachOnlyError
        return booking


def role_of(booking: EventBooking, user_id: UUID | None) -> Role:
    """What the user is to the booking; the system, where none is named. Raises ForeignBookingError."""
    if user_id is None:
        return Role.SYSTEM
    if user_id == booking.client.person_id:
        return Role.ATHLETE
    if user_id == booking.event.coach.person_id:
        return Role.COACH
    raise ForeignBookingError


def uuid_of(text: str) -> UUID:
    """Raises InvalidInputError."""
    if not _UUID.match(text):
        raise InvalidInputError({"bookingId": ["Must be a UUID."]})
    return UUID(text)


def _answer(booking: EventBooking) -> Response:
    return versioned(Response(shapes.booking_json(booking)), booking.version)
