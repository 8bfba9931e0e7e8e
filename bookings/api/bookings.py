"""What coaches' bookings and those of events share: the address /v1/bookings/{id} (docs/adr/0028)."""

from typing import ClassVar

from drf_spectacular.utils import PolymorphicProxySerializer, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from api.errors import InvalidInputError
from api.versions import IF_MATCH, expected_versions, versioned
from bookings.api import event_booking_shapes as shapes
from bookings.api import event_examples, event_parameters, examples, parameters
from bookings.api.booking_viewsets import CoachBookingViewSet
from bookings.api.event_bookings import EventBookingActions, role_of, uuid_of
from bookings.api.orders import READS, OrderActions
from bookings.api.serializers import CoachBookingOutput, booking_json
from bookings.errors import BookingNotFoundError, ForeignBookingError
from bookings.models import CoachBooking
from bookings.services.cancel_event_booking import cancel_event_booking
from scheduling.api.acting import ActingForAnotherError

_EITHER = PolymorphicProxySerializer(
    component_name="EitherBooking",
    serializers=[shapes.BookingOutput, CoachBookingOutput],
    resource_type_field_name=None,
)


class BookingViewSet(OrderActions, EventBookingActions, CoachBookingViewSet):
    """Everything below /v1/bookings."""

    versioned: ClassVar = {
        "retrieve",
        *EventBookingActions.EVENT_BOOKING_VERSIONED,
        *CoachBookingViewSet.versioned,
    }
    # What is told of the event changes without a new version of the booking.
    always_whole: ClassVar = {"retrieve"}
    scopes: ClassVar = {
        "retrieve": READS,
        **OrderActions.ORDER_SCOPES,
        **EventBookingActions.EVENT_BOOKING_SCOPES,
        **CoachBookingViewSet.scopes,
    }
    queries: ClassVar = {**OrderActions.ORDER_QUERIES, **EventBookingActions.EVENT_BOOKING_QUERIES}
    books = frozenset({"create", *CoachBookingViewSet.books})
    refusals: ClassVar = {
        "retrieve": [BookingNotFoundError, InvalidInputError, ActingForAnotherError],
        **OrderActions.ORDER_REFUSALS,
        **EventBookingActions.EVENT_BOOKING_REFUSALS,
        **CoachBookingViewSet.refusals,
    }

    @extend_schema(
        operation_id="getBooking",
        tags=["event-bookings"],
        summary="Read one booking",
        description=(
            "Of an event; or of an office hour, in the format of that family. The ETag is for If-Match: what is told "
            "of the event changes without it, so there is no 304."
        ),
        parameters=[event_parameters.BOOKING_ID, event_parameters.FOR_ANYBODY],
        responses=_EITHER,
        examples=event_examples.BOOKING,
    )
    def retrieve(self, request: Request, id: str) -> Response:  # noqa: A002, ARG002 - the path's name
        booking_id = uuid_of(id)
        if CoachBooking.objects.filter(pk=booking_id).exists():
            booking = self._side_of(id)
            return versioned(Response(booking_json(booking, patient_id=booking.client.person_id)), booking.version)
        place = self.place(id)
        return versioned(Response(shapes.booking_json(place)), place.version)

    def _side_of(self, booking_id: str) -> CoachBooking:
        """A booking of an office hour, for its sides. Raises BookingNotFoundError, as for a place in an event."""
        try:
            booking = self._found(booking_id)
            self._as_staff(booking)
        except ForeignBookingError as error:
            raise BookingNotFoundError from error
        return booking

    @extend_schema(
        operation_id="cancelCoachBooking",
        tags=["coach-bookings"],
        summary="Cancel a booking",
        description=(
            "Of an office hour: the patient cancels until the start; the coach, and a service with the scope "
            "manage:bookings, as long as the booking stands. Of an event: as PATCH .../cancel, by who asks."
        ),
        parameters=[parameters.BOOKING_ID, parameters.FOR_PATIENT, IF_MATCH],
        responses={200: _EITHER},
        examples=examples.CANCELLED,
    )
    def destroy(self, request: Request, id: str) -> Response:  # noqa: A002
        try:
            return super().destroy(request, id)
        except BookingNotFoundError:
            try:
                place = self.place(id)
            except InvalidInputError:
                # In the words of this address' family.
                raise BookingNotFoundError from None
        cancelled = cancel_event_booking(
            booking=place,
            role=role_of(place, self.person_id),
            reason_code="Other",
            now=self.now,
            expected=expected_versions(request),
        )
        return versioned(Response(shapes.booking_json(cancelled)), cancelled.version)
