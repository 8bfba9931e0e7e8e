"""What is free, why something is not, and holding it."""

import hashlib
from bisect import bisect_right
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
from scheduling.api.changes import cursor_of, days_within, marks, unchanged_days
from scheduling.models import Hold
from scheduling.offers import StaffOffer, offers_of
from scheduling.rules import wall_time
from scheduling.rules.assignment import least_busy
from scheduling.rules.intervals import Period
from scheduling.rules.minutes import minute_of
from scheduling.rules.schedule import Day
from scheduling.selectors.availability import Question, ask
from scheduling.selectors.schedules import hours_offers
from scheduling.selectors.workload import candidates
from scheduling.services import hold_time as holding
from scheduling.services.confirm_hold import HoldNotFoundError
from scheduling.services.hold_time import TooManyHoldsError, hold_time, release_hold

MAX_WINDOW = timedelta(days=31)
_DEFAULT_WINDOW = timedelta(days=7)
_NEARBY = timedelta(days=1)
_MINUTE = timedelta(minutes=1)
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
        summary="List free starts, each with who could take it",
        description=(
            "Starts in [from, to), 31 days at the most; default: the next 7 days. What is listed can be booked at that "
            "moment. To poll, send If-None-Match, or `since` for the days that changed alone."
        ),
        parameters=[shapes.AvailabilityQuery],
        responses=forced_singular_serializer(shapes.AvailabilityOutput),  # type: ignore[no-untyped-call]
        examples=examples.AVAILABILITY,
    )
    def list(self, request: Request) -> Response:
        query = self.query()
        within = self._within(query)
        zone = wall_time.zone(query.get("timezone", tenant_of(request).timezone))
        offers = self.offers(query, query.get("staff_id"), within)
        question = ask(offers, brand_id=current_brand_id(request), within=within)
        free = question.free(now=self.now)
        days = days_within(question, zone)
        of_days = marks(question, free, days)
        asked = f"{query.get('service_id')} {query.get('duration_minutes')} {query.get('staff_id')} {zone.key}"
        cursor = cursor_of(of_days, question=asked)
        if "since" in query:
            same = unchanged_days(query["since"], of_days, question=asked)
            days = [day for day in days if day.date not in same]
        answer = Response(
            {
                "service_id": query.get("service_id"),
                "timezone": zone.key,
                "days": _by_day(question, free, days),
                "cursor": cursor,
            }
        )
        # A number, as all ETags of the platform: of a version that nobody counts.
        return versioned(answer, int.from_bytes(hashlib.sha256(cursor.encode()).digest()[:12]))

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
        around = Period(start - _NEARBY, start + _NEARBY)
        offers = self.offers(asked, asked.get("staff_ids"), around)
        question = ask(offers, brand_id=current_brand_id(request), within=around)
        reasons = question.refusals(start, now=self.now)
        free = [offer for offer, reason in zip(offers, reasons, strict=True) if reason is None]
        refusal = None if free else errors.nearest(reasons, start_at=wall_time.rfc3339(start))
        starts = [at for at, _offers in question.by_start(question.free(now=self.now)) if at != start]
        return Response(
            {
                "start_at": start,
                "bookable": bool(free),
                "reason": refusal and refusal.code,
                "message": refusal and str(refusal),
                "staff": [
                    {"staff_id": offer.staff_id, "reason": reason and reason.value}
                    for offer, reason in zip(offers, reasons, strict=True)
                ],
                "candidates": shapes.candidates_json(least_busy(candidates(free, start)) if free else []),
                "nearest": sorted(sorted(starts, key=lambda at: abs(at - start))[:3]),
            }
        )

    def _within(self, query: dict[str, Any]) -> Period:
        start = query.get("from", self.now)
        end = query.get("to", start + _DEFAULT_WINDOW)
        if end <= start:
            raise InvalidInputError({"to": ["Must be after from."]})
        if end - start > MAX_WINDOW:
            raise InvalidInputError({"to": [f"At most {MAX_WINDOW.days} days after from."]})
        return Period(start, end)


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
            offers=self.offers(asked, asked.get("staff_ids"), Period(start, start + _MINUTE)),
            brand_id=current_brand_id(request),
            start=start,
            holder=self._holder,
            places=holding.PLACES_OF_A_PERSON if self.person_id else holding.PLACES_OF_AN_APPLICATION,
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
        hold = Hold.objects.filter(pk=pk, holder=self._holder, brand_id=current_brand_id(request)).first()
        if hold is None:
            raise HoldNotFoundError
        release_hold(hold=hold)
        return Response(status=204)

    @property
    def _holder(self) -> str:
        return f"person:{self.person_id}" if self.person_id else principal_of(self.request).key


def _by_day(question: Question, free: Sequence[int], days: Sequence[Day]) -> list[dict[str, Any]]:
    """The free starts of each day, each with who could take it."""
    found: list[dict[str, Any]] = [{"date": day.date, "starts": []} for day in days]
    begins = [day.start for day in days]
    for start, offers in question.by_start(free):
        number = bisect_right(begins, minute_of(start)) - 1
        # With `since` there are gaps between the days.
        if number >= 0 and minute_of(start) < days[number].end:
            found[number]["starts"].append({"start_at": start, "staff_ids": [offer.staff_id for offer in offers]})
    return found
