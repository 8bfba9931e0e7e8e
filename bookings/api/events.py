"""Events of coaches (leko.yaml)."""

from typing import ClassVar
from zoneinfo import ZoneInfo

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from api.brands import current_brand_id
from api.errors import InvalidInputError
from api.request import principal_of
from api.versions import IF_MATCH, expected_versions, versioned
from bookings import event_errors as errors
from bookings.api import event_examples as examples
from bookings.api import event_parameters as parameters
from bookings.api import event_shapes as shapes
from bookings.errors import CoachOutsideBrandError
from bookings.models import Event
from bookings.rules.event_booking import Role
from bookings.selectors.events import coach_of_brand, event_of_brand, listed_events
from bookings.services import publish_event as publishing
from bookings.services.cancel_event import cancel_event
from bookings.services.publish_event import publish_event
from scheduling.api.acting import ActingForAnotherError, ActsForPerson, ServicesOnlyError
from scheduling.public import StaffMember
from tenants.errors import GoneError, StaleVersionError

MANAGE = "manage:events"
WRITES = {"write:events", MANAGE}


class PublishesForCoach(ActsForPerson):
    """Who may publish a coach's events."""

    def check_coach(self, coach: StaffMember) -> None:
        """The coach publishes, or a service that acts for nobody. Raises ForeignEventError."""
        speaks_for_itself = self.person_id is None and principal_of(self.request).user_id is None
        if not speaks_for_itself and self.person_id != coach.person_id:
            raise errors.ForeignEventError


class EventViewSet(PublishesForCoach):
    """Everything below /v1/events."""

    lookup_url_kwarg = "id"
    lookup_value_converter = "uuid"
    versioned: ClassVar = {"create", "retrieve", "cancel"}
    # Free places come and go without a new version of the event.
    always_whole: ClassVar = {"retrieve"}
    scopes: ClassVar = {
        "list": {"read:events"},
        "retrieve": {"read:events"},
        "create": WRITES,
        "cancel": WRITES,
    }
    queries: ClassVar = {"list": shapes.EventsQuery}
    refusals: ClassVar = {
        "list": [InvalidInputError, ActingForAnotherError],
        "retrieve": [errors.EventNotFoundError, InvalidInputError, ActingForAnotherError],
        "create": [
            errors.UnknownCoachError,
            CoachOutsideBrandError,
            errors.ForeignEventError,
            *publishing.REFUSALS,
            ActingForAnotherError,
        ],
        "cancel": [
            errors.EventNotFoundError,
            errors.ForeignEventError,
            errors.EventNotCancellableError,
            GoneError,
            StaleVersionError,
            InvalidInputError,
            ActingForAnotherError,
            ServicesOnlyError,
        ],
    }

    @extend_schema(
        operation_id="listEvents",
        tags=["events"],
        summary="List events",
        description=(
            "Those that start in [startAt, endAt), earliest first, canceled ones too; 1000 at the most: ask on from "
            "the last start. Events that are not public only for their coach and for services with manage:events."
        ),
        parameters=[shapes.EventsQuery, parameters.FOR_ANYBODY],
        responses=shapes.EventOutput(many=True),
        examples=examples.EVENTS,
    )
    def list(self, request: Request) -> Response:
        query = self.query()
        events = listed_events(
            brand_id=current_brand_id(request),
            since=query.get("startAt", self.now),
            until=query.get("endAt"),
            coach_id=query.get("coachId"),
            sport_id=query.get("sportId"),
            seen_by=self.person_id,
            sees_all=self.is_service_with(MANAGE),
        )
        return Response([shapes.event_json(event) for event in events])

    @extend_schema(
        operation_id="getEvent",
        tags=["events"],
        summary="Read an event",
        description=(
            "Whoever knows its id may: also of one that is not public. The ETag is for If-Match: freePlaces changes "
            "without it, so there is no 304."
        ),
        parameters=[parameters.EVENT_ID, parameters.FOR_ANYBODY],
        responses=shapes.EventOutput,
        examples=examples.EVENT_READ,
    )
    def retrieve(self, request: Request, id: object) -> Response:  # noqa: A002, ARG002 - the contract's name
        return _answer(self._found())

    @extend_schema(
        operation_id="createEvent",
        tags=["events"],
        summary="Publish a bookable event of a coach",
        description=(
            "A time slot on a date, in wall time of the coach's zone. It takes the coach's time. With the timeSlotId "
            "of an earlier event it is another date of the same slot, which must be sent as it is."
        ),
        parameters=[parameters.FOR_COACH],
        request=shapes.NewEvent,
        responses={201: shapes.EventOutput},
        examples=examples.NEW_EVENT,
    )
    def create(self, request: Request) -> Response:
        wanted = self.parsed(shapes.NewEvent)
        brand_id = current_brand_id(request)
        coach = coach_of_brand(coach_id=wanted["coachId"], brand_id=brand_id)
        self.check_coach(coach)
        zone = ZoneInfo(coach.resource.timezone)
        event = publish_event(
            coach=coach,
            brand_id=brand_id,
            slot_id=wanted["timeslot"].get("timeSlotId"),
            hours=shapes.hours_of(wanted["timeslot"], zone),
            terms=shapes.terms_of(wanted["timeslot"]),
            day=shapes.day_of(wanted, zone),
            now=self.now,
        )
        return _answer(event, status=201)

    @extend_schema(
        operation_id="cancelEvent",
        tags=["events"],
        summary="Cancel an event and all bookings of it",
        description="Its coach, or (without userId) a service with manage:events, until it ends. Each client is told.",
        parameters=[parameters.EVENT_TO_CANCEL, parameters.FOR_COACH, IF_MATCH],
        request=shapes.EventCancellation,
        responses={200: shapes.EventOutput},
        examples=examples.CANCELED_EVENT,
    )
    @action(detail=True, methods=["patch"])
    def cancel(self, request: Request, id: object) -> Response:  # noqa: A002, ARG002
        said = self.parsed(shapes.EventCancellation)
        event = self._found()
        user_id = said.get("userId")
        if user_id is not None:
            self.check_names(user_id)
            if user_id != event.coach.person_id:
                raise errors.ForeignEventError
        else:
            self.check_is_service_with(MANAGE)
        event = cancel_event(
            event=event,
            role=Role.SYSTEM if user_id is None else Role.COACH,
            reason_code=said["cancellationReasonCode"],
            reason_text=said.get("cancellationReasonText") or "",
            now=self.now,
            expected=expected_versions(request),
        )
        return _answer(event)

    def _found(self) -> Event:
        return event_of_brand(event_id=self.kwargs["id"], brand_id=current_brand_id(self.request))


def _answer(event: Event, *, status: int = 200) -> Response:
    return versioned(Response(shapes.event_json(event), status=status), event.version)
