"""What is free, why something is not, and holding it."""

import hashlib
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, ClassVar
from uuid import UUID

from drf_spectacular.helpers import forced_singular_serializer
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from api.brands import current_brand_id
from api.errors import InvalidInputError
from api.request import principal_of, tenant_of
from api.versions import versioned
from scheduling import errors
from scheduling.api import availability_examples as examples
from scheduling.api import availability_shapes as shapes
from scheduling.api.acting import ActingForAnotherError, ActsForPerson
from scheduling.api.changes import cursor_of, marks, marks_of_ranges, unchanged_days
from scheduling.api.days import days_within, ranges_by_day, starts_by_day
from scheduling.api.holding import holder_of
from scheduling.api.windows import asked_period
from scheduling.offers import StaffOffer, offers_of
from scheduling.rules import wall_time
from scheduling.rules.intervals import Period
from scheduling.selectors.availability import ask
from scheduling.selectors.explanation import explain, nearest_free
from scheduling.selectors.schedules import hours_offers
from scheduling.services import hold_time as holding
from scheduling.services.confirm_hold import HoldNotFoundError, hold_of
from scheduling.services.hold_time import TooManyHoldsError, hold_time, release_hold

MAX_WINDOW = timedelta(days=31)
_DEFAULT_WINDOW = timedelta(days=7)
_NEARBY = timedelta(days=1)
# Where no service says how long it takes, and how far starts are apart.
_LENGTH, _STEP = 30, 15


class OffersOfQuestion(ActsForPerson):
    """Finds who offers what is asked."""

    def offers(self, asked: dict[str, Any], staff_ids: Sequence[UUID] | None, within: Period) -> list[StaffOffer]:
        brand_id = current_brand_id(self.request)
        if "service_id" not in asked:
            minutes = asked.get("duration_minutes", _LENGTH)
            return hours_offers(brand_id=brand_id, staff_ids=staff_ids, within=within, minutes=minutes, step=_STEP)
        found = offers_of(service_id=asked["service_id"], brand_id=brand_id, staff_ids=staff_ids, within=within)
        if found is None:
            raise errors.ServiceNotFoundError
        return found


class AvailabilityViewSet(OffersOfQuestion):
    """Everything below /v1/availability."""

    scopes: ClassVar = {"list": {"read:availability"}, "explain": {"read:availability"}}
    queries: ClassVar = {"list": shapes.AvailabilityQuery}
    versioned: ClassVar = {"list"}
    refusals: ClassVar = {
        "list": [errors.ServiceNotFoundError, InvalidInputError, ActingForAnotherError],
        "explain": [errors.ServiceNotFoundError, InvalidInputError, ActingForAnotherError],
    }

    @extend_schema(
        operation_id="listAvailability",
        tags=["availability"],
        summary="List free starts, each with who could take it, or free ranges",
        description=(
            "Starts in [from, to), 31 days at the most; default: the next 7 days. What is listed can be booked at that "
            "moment. With `as=ranges` the free time of each staff member instead: what lies wholly within one range is "
            "free, if it starts on the grid, and at least one such start fits in. To poll, send If-None-Match, or "
            "`since` for the days that changed alone."
        ),
        parameters=[shapes.AvailabilityQuery],
        responses=forced_singular_serializer(shapes.AvailabilityOutput),  # type: ignore[no-untyped-call]
        examples=examples.AVAILABILITY,
    )
    def list(self, request: Request) -> Response:
        query = self.query()
        within = asked_period(query, now=self.now, default=_DEFAULT_WINDOW, most=MAX_WINDOW)
        zone = wall_time.zone(query.get("timezone", tenant_of(request).timezone))
        offers = self.offers(query, query.get("staff_id"), within)
        question = ask(offers, brand_id=current_brand_id(request), within=within)
        free = question.free(now=self.now)
        days = days_within(question, zone)
        form = query.get("as", "starts")
        ranges = ranges_by_day(question, free, days, now=self.now) if form == "ranges" else None
        of_days = marks(question, free, days) if ranges is None else marks_of_ranges(ranges)
        asked = f"{query.get('service_id')} {query.get('duration_minutes')} {query.get('staff_id')} {zone.key} {form}"
        cursor = cursor_of(of_days, question=asked)
        if "since" in query:
            same = unchanged_days(query["since"], of_days, question=asked)
            days = [day for day in days if day.date not in same]
        # A number, as all ETags of the platform: of a version that nobody counts.
        version = int.from_bytes(hashlib.sha256(cursor.encode()).digest()[:12])
        if request.headers.get("If-None-Match") == f'"{version}"':
            # Answered 304, without a body: nobody reads what is written here.
            days = []
        answer = Response(
            {
                "service_id": query.get("service_id"),
                "timezone": zone.key,
                "days": shapes.starts_json(starts_by_day(question, free, days))
                if ranges is None
                else shapes.ranges_json({day.date: ranges[day.date] for day in days}),
                "cursor": cursor,
            }
        )
        return versioned(answer, version)

    @extend_schema(
        operation_id="explainAvailability",
        tags=["availability"],
        summary="Say why a start can or can't be booked",
        description="The answer comes from the code that books. Nothing is taken.",
        request=shapes.Asked,
        responses={200: shapes.ExplanationOutput},
        examples=examples.EXPLANATION,
    )
    @action(detail=False, methods=["post"])
    def explain(self, request: Request) -> Response:
        asked = self.parsed(shapes.Asked)
        start = asked["start_at"]
        brand_id, staff_ids = current_brand_id(request), asked.get("staff_ids")
        # As for a hold: those who offer something then.
        at_start = self.offers(asked, staff_ids, Period.lasting(start, minutes=1))
        around = self.offers(asked, staff_ids, Period(start - _NEARBY, start + _NEARBY))
        found = explain(at_start, brand_id=brand_id, start=start, now=self.now)
        return Response(
            {
                "start_at": start,
                "bookable": found.refusal is None,
                "reason": found.refusal and found.refusal.code,
                "message": found.refusal and str(found.refusal),
                "staff": [{"staff_id": who, "reason": reason and reason.value} for who, reason in found.reasons],
                "candidates": shapes.candidates_json(found.candidates),
                "nearest": nearest_free(around, brand_id=brand_id, start=start, within=_NEARBY, now=self.now),
            }
        )


class HoldViewSet(OffersOfQuestion):
    """/v1/holds: for the person for whom the request acts; without one, for the client application."""

    lookup_value_converter = "uuid"
    scopes: ClassVar = {"create": {"write:holds"}, "destroy": {"write:holds"}}
    refusals: ClassVar = {
        "create": [
            errors.ServiceNotFoundError,
            errors.NoStaffError,
            *errors.REFUSALS,
            TooManyHoldsError,
            InvalidInputError,
            ActingForAnotherError,
        ],
        "destroy": [HoldNotFoundError, InvalidInputError, ActingForAnotherError],
    }

    @extend_schema(
        operation_id="createHold",
        tags=["availability"],
        summary="Hold a start for up to ten minutes",
        description=(
            "Takes the time of the least busy of those who are free, as a booking would; nobody else gets it until the "
            f"hold expires or is released. A person keeps {holding.PLACES_OF_A_PERSON} at a time, an application "
            f"{holding.PLACES_OF_AN_APPLICATION} for all its visitors."
        ),
        request=shapes.NewHold,
        responses={201: shapes.HoldOutput},
        examples=examples.NEW_HOLD,
        extensions=examples.HOLD_LEADS_TO,
    )
    def create(self, request: Request) -> Response:
        asked = self.parsed(shapes.NewHold)
        start = asked["start_at"]
        hold = hold_time(
            offers=self.offers(asked, asked.get("staff_ids"), Period.lasting(start, minutes=1)),
            brand_id=current_brand_id(request),
            start=start,
            holder=self._holder,
            places=self._places,
            lasts=timedelta(minutes=asked.get("minutes", 10)),
            now=self.now,
        )
        return Response(shapes.hold_json(hold), status=201)

    @extend_schema(
        operation_id="releaseHold",
        tags=["availability"],
        summary="Release a hold",
        parameters=[examples.HOLD_ID],
        responses={204: None},
    )
    def destroy(self, request: Request, pk: UUID) -> Response:
        release_hold(hold=hold_of(pk, holders=[self._holder], brand_id=current_brand_id(request)))
        return Response(status=204)

    @property
    def _places(self) -> int:
        """Many for a service that acts for nobody; who signs in is one person, also where no person is known."""
        is_one = self.person_id is not None or principal_of(self.request).user_id is not None
        return holding.PLACES_OF_A_PERSON if is_one else holding.PLACES_OF_AN_APPLICATION

    @property
    def _holder(self) -> str:
        return holder_of(self.person_id) if self.person_id else principal_of(self.request).key
