"""Coaches: their slots, their office hours, and booking them (loop.yaml)."""

from datetime import timedelta
from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from api.brands import current_brand_id
from api.errors import InvalidInputError
from api.request import principal_of
from api.versions import versioned
from bookings import errors
from bookings.api import examples, parameters
from bookings.api import serializers as shapes
from bookings.models import OfficeHour
from bookings.selectors import office_hours
from bookings.services import book_coach as booking_service
from bookings.services.book_coach import book_coach
from bookings.services.publish_office_hour import publish_office_hour
from scheduling.api.acting import ActingForAnotherError
from scheduling.api.holding import BooksHeldTime
from scheduling.api.windows import asked_period
from scheduling.public import StaffMember

_COACH = [errors.CoachNotFoundError, errors.CoachOutsideBrandError]
_DEFAULT_WINDOW = timedelta(days=7)


class CoachViewSet(BooksHeldTime):
    """Everything below /v1/coaches/{coachId}."""

    lookup_field = "coach_id"
    versioned: ClassVar = {"book"}
    lookup_value_converter = "str"
    scopes: ClassVar = {
        "book": {"write:bookings"},
        "slots": {"read:bookings"},
        "office_hours": {"read:office-hours", "read:bookings"},
        "publish": {"write:office-hours"},
    }
    books = frozenset({"book"})
    queries: ClassVar = {"slots": shapes.SlotsQuery}
    refusals: ClassVar = {
        "book": [*booking_service.REFUSALS, ActingForAnotherError],
        "slots": [*_COACH, InvalidInputError, ActingForAnotherError],
        "office_hours": [*_COACH, InvalidInputError, ActingForAnotherError],
        "publish": [*_COACH, errors.ForeignOfficeHourError, ActingForAnotherError],
    }

    def coach(self, coach_id: str) -> StaffMember:
        return office_hours.coach(coach_id=coach_id, brand_id=current_brand_id(self.request))

    @extend_schema(
        operation_id="createCoachBooking",
        tags=["coach-bookings"],
        summary="Book an office-hour slot of a coach",
        parameters=[parameters.COACH_ID, parameters.FOR_PATIENT],
        request=shapes.NewCoachBooking,
        responses={201: shapes.CoachBookingOutput},
        examples=examples.NEW_BOOKING,
        extensions=parameters.BOOKING_LEADS_TO,
    )
    @action(detail=True, methods=["post"], url_path="bookings")
    def book(self, request: Request, coach_id: str) -> Response:
        wanted = self.parsed(shapes.NewCoachBooking)
        booking = book_coach(
            coach_id=office_hours.person_id(coach_id),
            patient_id=self.named_person_id,
            user_id=principal_of(request).user_id,
            brand_id=current_brand_id(request),
            slot_at=wanted["slot_at"],
            hold=self.hold(wanted.get("hold_id")),
            notes=wanted.get("notes"),
            now=self.now,
        )
        answer = Response(shapes.booking_json(booking, patient_id=booking.client.person_id), status=201)
        return versioned(answer, booking.version)

    @extend_schema(
        operation_id="listCoachSlots",
        tags=["coach-bookings"],
        summary="List the free slots of a coach",
        description=(
            "Slots that start in [from, to), 31 days at the most; default: the next 7 days. With `why=true` also those "
            "that can't be booked, and why."
        ),
        parameters=[
            parameters.COACH_ID,
            shapes.SlotsQuery,
        ],
        responses=shapes.SlotsOutput,
        examples=examples.SLOTS,
    )
    @action(detail=True, methods=["get"])
    def slots(self, request: Request, coach_id: str) -> Response:
        query = self.query()
        within = asked_period(query, now=self.now, default=_DEFAULT_WINDOW, most=office_hours.MAX_WINDOW)
        coach = self.coach(coach_id)
        asked: dict[str, Any] = {
            "coach": coach,
            "brand_id": current_brand_id(request),
            "within": within,
            "now": self.now,
        }
        if query.get("why") == "true":
            explained = office_hours.explained_slots(**asked)
            slots = [{**shapes.slot_json(slot), "reason": why and why.value} for slot, why in explained]
        else:
            slots = [shapes.slot_json(slot) for slot in office_hours.coach_slots(**asked)]
        return Response({"coach_id": coach.person_id, "timezone": coach.person.timezone, "slots": slots})

    @extend_schema(
        operation_id="listOfficeHours",
        tags=["coach-bookings"],
        summary="List the office hours of a coach",
        parameters=[parameters.COACH_ID],
        responses=shapes.OfficeHoursOutput,
        examples=examples.OFFICE_HOURS,
    )
    @action(detail=True, methods=["get"], url_path="office-hours")
    def office_hours(self, request: Request, coach_id: str) -> Response:
        coach = self.coach(coach_id)
        found = OfficeHour.objects.of(coach=coach, brand_id=current_brand_id(request))
        return Response({"office_hours": [shapes.office_hour_json(o, coach_id=coach.person_id) for o in found]})

    @extend_schema(
        operation_id="createOfficeHour",
        tags=["coach-bookings"],
        summary="Publish an office hour of a coach",
        parameters=[parameters.COACH_ID, parameters.FOR_COACH],
        request=shapes.NewOfficeHour,
        responses={201: shapes.OfficeHourOutput},
        examples=examples.NEW_OFFICE_HOUR,
    )
    @office_hours.mapping.post
    def publish(self, request: Request, coach_id: str) -> Response:
        offer = self.parsed(shapes.NewOfficeHour)
        coach = self.coach(coach_id)
        acting = self.person_id
        speaks_for_itself = acting is None and principal_of(request).user_id is None
        if not speaks_for_itself and acting != coach.person_id:
            raise errors.ForeignOfficeHourError
        office_hour = publish_office_hour(
            coach=coach,
            brand_id=current_brand_id(request),
            offer=shapes.offer_of(offer, default_zone=coach.person.timezone),
        )
        return Response(shapes.office_hour_json(office_hour, coach_id=coach.person_id), status=201)
