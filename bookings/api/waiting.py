"""The lines of those who wait for a place in a full event (docs/adr/0027)."""

import uuid
from typing import ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from api.brands import current_brand_id
from api.errors import InsufficientScopeError, InvalidInputError
from api.versions import IF_MATCH, expected_versions, versioned
from bookings import event_errors as errors
from bookings.api import event_parameters as parameters
from bookings.api import event_waiting_examples as examples
from bookings.api import event_waiting_shapes as shapes
from bookings.api.orders import MANAGE, READS
from bookings.models import Event, WaitingPlace
from bookings.selectors.event_bookings import athlete
from bookings.selectors.events import event_of_brand
from bookings.selectors.waiting import line_of, place_in_line, waiting_of_user, with_position
from bookings.services import join_waiting_list as joining
from bookings.services.join_waiting_list import join_waiting_list
from bookings.services.leave_waiting_list import leave_waiting_list
from scheduling.api.acting import ActingForAnotherError, ActsForPerson
from tenants.errors import GoneError, StaleVersionError

_WRITES = {"write:bookings", MANAGE}


class LineViewSet(ActsForPerson):
    """Everything below /v1/events/{id}/waiting."""

    lookup_field = "waiting_id"
    lookup_url_kwarg = "waiting_id"
    lookup_value_converter = "uuid"
    versioned: ClassVar = {"create"}
    scopes: ClassVar = {"list": READS, "create": _WRITES, "destroy": _WRITES}
    refusals: ClassVar = {
        "list": [errors.EventNotFoundError, InvalidInputError, ActingForAnotherError],
        "create": [
            errors.EventNotFoundError,
            errors.UnknownUserError,
            *joining.REFUSALS,
            ActingForAnotherError,
        ],
        "destroy": [
            errors.EventNotFoundError,
            errors.WaitingNotFoundError,
            errors.NotInLineError,
            GoneError,
            StaleVersionError,
            InvalidInputError,
            ActingForAnotherError,
        ],
    }

    @extend_schema(
        operation_id="listWaiting",
        tags=["waiting"],
        summary="List who waits for a place in an event",
        description=(
            "In order; first those to whom a place is offered. Its coach, and a service with manage:bookings, sees "
            "all, anybody else their own place alone."
        ),
        parameters=[parameters.WAITED_EVENT_ID, parameters.FOR_ANYBODY],
        responses=shapes.WaitingOutput(many=True),
        examples=examples.LINE,
    )
    def list(self, request: Request, id: object) -> Response:  # noqa: A002, ARG002 - the contract's name
        event = self._event()
        if self.is_service_with(MANAGE) or self.person_id == event.coach.person_id:
            places = line_of(event)
        elif self.person_id is None:
            raise InsufficientScopeError(scope=MANAGE)
        else:
            places = waiting_of_user(self.person_id, brand_id=event.brand_id, event=event)
        return Response([shapes.waiting_json(place) for place in places])

    @extend_schema(
        operation_id="joinWaiting",
        tags=["waiting"],
        summary="Wait for a place in a full event",
        description=(
            "Whoever might book the event may wait for it while it is full. A place that becomes free is offered to "
            "the first in line: until offeredUntil it is theirs alone, and POST /v1/bookings books it. Afterwards it "
            "is offered to the next one."
        ),
        parameters=[parameters.FULL_EVENT_ID, parameters.FOR_ANYBODY],
        request=shapes.NewWaitingPlace,
        responses={201: shapes.WaitingOutput},
        examples=examples.JOINED,
        extensions=parameters.WAITING_LEADS_TO,
    )
    def create(self, request: Request, id: object) -> Response:  # noqa: A002, ARG002
        wanted = self.parsed(shapes.NewWaitingPlace)
        self.check_names(wanted["userId"])
        event = self._event()
        client = athlete(user_id=wanted["userId"], brand_id=event.brand_id)
        place = join_waiting_list(client=client, event=event, now=self.now)
        place = with_position(WaitingPlace.objects.with_event()).get(pk=place.pk)
        return versioned(Response(shapes.waiting_json(place), status=201), place.version)

    @extend_schema(
        operation_id="leaveWaiting",
        tags=["waiting"],
        summary="Wait no longer",
        description=(
            "Who waits, the event's coach, and a service with manage:bookings. A place that was being offered goes to "
            "the next in line."
        ),
        parameters=[parameters.EVENT_TO_LEAVE, parameters.WAITING_ID, parameters.FOR_ANYBODY, IF_MATCH],
        request=None,
        responses={204: None},
    )
    def destroy(self, request: Request, id: object, waiting_id: uuid.UUID) -> Response:  # noqa: A002, ARG002
        event = self._event()
        place = place_in_line(waiting_id=waiting_id, event=event)
        sides = {place.client.person_id, event.coach.person_id}
        if not self.is_service_with(MANAGE) and self.person_id not in sides:
            raise errors.WaitingNotFoundError
        leave_waiting_list(place=place, now=self.now, expected=expected_versions(request))
        return Response(status=204)

    def _event(self) -> Event:
        return event_of_brand(event_id=self.kwargs["id"], brand_id=current_brand_id(self.request))


class WaitingViewSet(ActsForPerson):
    scopes: ClassVar = {"list": READS}
    queries: ClassVar = {"list": shapes.WaitingQuery}
    refusals: ClassVar = {"list": [InvalidInputError, ActingForAnotherError]}

    @extend_schema(
        operation_id="listWaitingOfUser",
        tags=["waiting"],
        summary="List for what a user waits",
        description="By the start of the events; without what is over.",
        parameters=[shapes.WaitingQuery, parameters.WAITING_OF, parameters.FOR_ANYBODY],
        responses=shapes.WaitingOutput(many=True),
        examples=examples.LINE,
    )
    def list(self, request: Request) -> Response:
        user_id = self.query()["userId"]
        self.check_names(user_id)
        places = waiting_of_user(user_id, brand_id=current_brand_id(request))
        return Response([shapes.waiting_json(place) for place in places])
