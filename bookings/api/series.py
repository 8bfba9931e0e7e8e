"""Series of events: a time slot on all days of a rule."""

from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from api.brands import current_brand_id
from bookings import event_errors as errors
from bookings.api import event_examples as examples
from bookings.api import event_parameters as parameters
from bookings.api import event_shapes as shapes
from bookings.api.event_series_shapes import NewSeries, SeriesOutput, SeriesPreviewOutput, skipped_json
from bookings.api.events import WRITES, PublishesForCoach
from bookings.errors import CoachOutsideBrandError
from bookings.selectors.events import coach_of_brand
from bookings.services import publish_series as publishing
from bookings.services.publish_series import OnConflict, preview_series, publish_series
from scheduling.api.acting import ActingForAnotherError


class EventSeriesViewSet(PublishesForCoach):
    """Below /v1/events/series."""

    scopes: ClassVar = {"create": WRITES}
    refusals: ClassVar = {
        "create": [
            errors.UnknownCoachError,
            CoachOutsideBrandError,
            errors.ForeignEventError,
            *publishing.REFUSALS,
            ActingForAnotherError,
        ],
    }

    @extend_schema(
        operation_id="createEventSeries",
        tags=["events"],
        summary="Publish a time slot on all days of a rule",
        description=(
            "As POST /v1/events on each day, in one step: all of them, or with skip those that can be, and the answer "
            "lists the others. A refusal with series_conflict lists every day in the way among its errors. The wall "
            "time stays over clock changes."
        ),
        parameters=[parameters.FOR_COACH],
        request=NewSeries,
        responses={200: SeriesPreviewOutput, 201: SeriesOutput},
        examples=examples.NEW_SERIES,
    )
    def create(self, request: Request) -> Response:
        wanted = self.parsed(NewSeries)
        brand_id = current_brand_id(request)
        coach = coach_of_brand(coach_id=wanted["coachId"], brand_id=brand_id)
        self.check_coach(coach)
        zone = ZoneInfo(coach.resource.timezone)
        asked: dict[str, Any] = {
            "coach": coach,
            "brand_id": brand_id,
            "slot_id": wanted["timeslot"].get("timeSlotId"),
            "hours": shapes.hours_of(wanted["timeslot"], zone),
            "terms": shapes.terms_of(wanted["timeslot"]),
            "first_day": shapes.day_of(wanted, zone),
            "rule": wanted["rule"],
            "now": self.now,
        }
        if wanted.get("preview", False):
            series = preview_series(**asked)
            events = [{"startTime": event.starts_at, "endTime": event.ends_at} for event in series.events]
            return Response({"events": events, "skipped": skipped_json(series)})
        series = publish_series(on_conflict=OnConflict(wanted.get("onConflict", OnConflict.FAIL)), **asked)
        events = [shapes.event_json(event) for event in series.events]
        return Response({"events": events, "skipped": skipped_json(series)}, status=201)
