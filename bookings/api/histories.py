"""What somebody took part in and what they led (leko.yaml)."""

from typing import ClassVar

from drf_spectacular.helpers import forced_singular_serializer
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from api.brands import current_brand_id
from api.errors import InvalidInputError
from bookings.api import event_booking_shapes as shapes
from bookings.api import event_examples as examples
from bookings.api import event_parameters as parameters
from bookings.api.orders import READS
from bookings.selectors.histories import Grouping, Participation, Wanted, history
from scheduling.api.acting import ActingForAnotherError, ActsForPerson


class HistoryViewSet(ActsForPerson):
    scopes: ClassVar = {"list": READS}
    queries: ClassVar = {"list": shapes.HistoryQuery}
    refusals: ClassVar = {"list": [InvalidInputError, ActingForAnotherError]}

    @extend_schema(
        operation_id="listHistory",
        tags=["histories"],
        summary="Activity history of a user as athlete and as coach",
        description=(
            "The latest start first, 20 a page. What they led shows the bookings of it, the first 100 at the most; "
            "with bookingStatus those of that status."
        ),
        parameters=[shapes.HistoryQuery, parameters.HISTORY_OF, parameters.FOR_ANYBODY],
        responses=forced_singular_serializer(shapes.HistoryOutput),  # type: ignore[no-untyped-call]
        examples=examples.HISTORY,
    )
    def list(self, request: Request) -> Response:
        query = self.query()
        self.check_names(query["userId"])
        wanted = Wanted(
            grouping=Grouping(query["groupingType"]) if "groupingType" in query else None,
            status=query.get("bookingStatus"),
            since=query.get("startTime"),
            until=query.get("endTime"),
            sport_ids=query.get("sportIds", ()),
            participation=Participation(query["participationType"]) if "participationType" in query else None,
        )
        page = history(query["userId"], brand_id=current_brand_id(request), wanted=wanted, page=query.get("page", 0))
        return Response(shapes.history_json(page))
