"""Bookings of coaches (loop.yaml), and the steps that its family adds: moving them, saying what became of them."""

import uuid
from typing import ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from api.brands import current_brand_id
from api.errors import InvalidInputError
from api.versions import IF_MATCH, expected_versions, versioned
from bookings import errors
from bookings.api import examples, parameters
from bookings.api import serializers as shapes
from bookings.models import CoachBooking
from bookings.selectors import office_hours
from bookings.services import reschedule_coach_booking as rescheduling
from bookings.services.cancel_coach_booking import cancel_coach_booking
from bookings.services.record_attendance import record_attendance
from bookings.services.reschedule_coach_booking import reschedule_coach_booking
from scheduling.api.acting import ActingForAnotherError, ActsForPerson
from tenants.errors import GoneError, StaleVersionError

_WRITES = {"write:bookings", "manage:bookings"}
_ANY_WRITE = [
    errors.BookingNotFoundError,
    errors.ForeignBookingError,
    GoneError,
    StaleVersionError,
    InvalidInputError,
    ActingForAnotherError,
]
_ATTENDANCE = [*_ANY_WRITE, errors.ClientCanNotSayError, errors.NotInThatStateError, errors.NotOverYetError]


class CoachBookingViewSet(ActsForPerson):
    lookup_url_kwarg = "id"
    versioned: ClassVar = {"destroy", "reschedule", "complete", "no_show"}
    lookup_value_converter = "str"
    scopes: ClassVar = {
        "mine": {"read:bookings"},
        "destroy": _WRITES,
        "reschedule": _WRITES,
        "complete": _WRITES,
        "no_show": _WRITES,
    }
    books = frozenset({"reschedule"})
    refusals: ClassVar = {
        "mine": [errors.PatientNotFoundError, ActingForAnotherError, InvalidInputError],
        "destroy": [*_ANY_WRITE, errors.NotCancellableError],
        "reschedule": [*_ANY_WRITE, *rescheduling.REFUSALS],
        "complete": _ATTENDANCE,
        "no_show": _ATTENDANCE,
    }

    @extend_schema(
        operation_id="listMyCoachBookings",
        tags=["coach-bookings"],
        summary="List the calling patient's office-hour bookings",
        parameters=[parameters.FOR_PATIENT],
        responses=shapes.CoachBookingsOutput,
        examples=examples.BOOKINGS,
        extensions=parameters.BOOKINGS_LEAD_TO,
    )
    @action(detail=False, methods=["get"], url_path="me")
    def mine(self, request: Request) -> Response:
        brand_id = current_brand_id(request)
        client = office_hours.patient(patient_id=self.person_id, brand_id=brand_id)
        bookings = office_hours.bookings_of(client, brand_id=brand_id)
        return Response({"bookings": [shapes.booking_json(b, patient_id=client.person_id) for b in bookings]})

    def destroy(self, request: Request, id: str) -> Response:  # noqa: A002 - the contract's name
        booking = self._found(id)
        cancelled = cancel_coach_booking(
            booking=booking,
            reason="",
            as_staff=self._as_staff(booking),
            now=self.now,
            expected=expected_versions(request),
        )
        return _answer(cancelled)

    @extend_schema(
        operation_id="rescheduleCoachBooking",
        tags=["coach-bookings"],
        summary="Move an office-hour booking to another slot of its coach",
        description=(
            "The patient, the coach, or a service with the scope manage:bookings, until the booking begins. The slot "
            "is checked as for a new booking. To move it to where it is changes nothing and tells nobody."
        ),
        parameters=[parameters.BOOKING_ID, parameters.FOR_PATIENT, IF_MATCH],
        request=shapes.OtherSlot,
        responses={200: shapes.CoachBookingOutput},
        examples=examples.RESCHEDULED,
        extensions=parameters.MOVED_BOOKING_LEADS_TO,
    )
    @action(detail=True, methods=["post"])
    def reschedule(self, request: Request, id: str) -> Response:  # noqa: A002
        wanted = self.parsed(shapes.OtherSlot)
        booking = self._found(id)
        self._as_staff(booking)
        return _answer(
            reschedule_coach_booking(
                booking=booking, slot_at=wanted["slot_at"], now=self.now, expected=expected_versions(request)
            )
        )

    @extend_schema(
        operation_id="completeCoachBooking",
        tags=["coach-bookings"],
        summary="Say that an office-hour booking took place",
        description="The coach, or a service with the scope manage:bookings, once the booking has begun.",
        parameters=[parameters.BEGUN_BOOKING_ID, parameters.FOR_COACH, IF_MATCH],
        request=None,
        responses={200: shapes.CoachBookingOutput},
        examples=examples.COMPLETED,
    )
    @action(detail=True, methods=["post"])
    def complete(self, request: Request, id: str) -> Response:  # noqa: A002
        return self._attended(request, id, came=True)

    @extend_schema(
        operation_id="markCoachBookingNoShow",
        tags=["coach-bookings"],
        summary="Say that the client of an office-hour booking did not come",
        description="The coach, or a service with the scope manage:bookings, once the booking has begun.",
        parameters=[parameters.MISSED_BOOKING_ID, parameters.FOR_COACH, IF_MATCH],
        request=None,
        responses={200: shapes.CoachBookingOutput},
        examples=examples.NO_SHOW,
    )
    @action(detail=True, methods=["post"], url_path="no-show")
    def no_show(self, request: Request, id: str) -> Response:  # noqa: A002
        return self._attended(request, id, came=False)

    def _attended(self, request: Request, booking_id: str, *, came: bool) -> Response:
        booking = self._found(booking_id)
        if not self._as_staff(booking):
            raise errors.ClientCanNotSayError
        return _answer(record_attendance(booking=booking, came=came, now=self.now, expected=expected_versions(request)))

    def _found(self, booking_id: str) -> CoachBooking:
        try:
            booking = CoachBooking.objects.with_people().get(pk=uuid.UUID(booking_id))
        except (ValueError, CoachBooking.DoesNotExist) as error:
            raise errors.BookingNotFoundError from error
        if booking.brand_id != current_brand_id(self.request):
            raise errors.ForeignBookingError
        return booking

    def _as_staff(self, booking: CoachBooking) -> bool:
        """Whether the caller acts as staff: as its coach, or as a service that manages bookings; else as its client.

        Raises ForeignBookingError for who is neither side of it.
        """
        if self.is_service_with("manage:bookings") or self.person_id == booking.coach.person_id:
            return True
        if self.person_id == booking.client.person_id:
            return False
        raise errors.ForeignBookingError


def _answer(booking: CoachBooking) -> Response:
    return versioned(Response(shapes.booking_json(booking, patient_id=booking.client.person_id)), booking.version)
