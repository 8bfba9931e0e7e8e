"""Orders and lists of bookings (leko.yaml)."""

from typing import Any, ClassVar
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from api.brands import current_brand_id
from api.errors import InsufficientScopeError, InvalidInputError
from bookings import event_errors as errors
from bookings.api import event_booking_shapes as shapes
from bookings.api import event_examples as examples
from bookings.api import event_parameters as parameters
from bookings.models import Order
from bookings.selectors.event_bookings import (
    athlete,
    bookings_of_event,
    bookings_of_user,
    orders_of_user,
    with_bookings,
)
from bookings.selectors.events import event_of_brand
from bookings.services import place_order as ordering
from bookings.services.place_order import place_order
from scheduling.api.acting import ActingForAnotherError, ActsForPerson
from tenants.errors import DomainError

MANAGE = "manage:bookings"
READS = {"read:bookings", MANAGE}


class OrderActions(ActsForPerson):
    """Placing orders, and listing them and their bookings."""

    ORDER_SCOPES: ClassVar = {"create": {"write:bookings", MANAGE}, "list": READS, "orders": READS}
    ORDER_QUERIES: ClassVar = {"list": shapes.BookingsQuery, "orders": shapes.OrdersQuery}
    ORDER_REFUSALS: ClassVar[dict[str, list[type[DomainError]]]] = {
        "create": [
            errors.PaymentMethodNotEnabledError,
            errors.UnknownUserError,
            *ordering.REFUSALS,
            ActingForAnotherError,
        ],
        "list": [errors.SubjectNotNamedError, errors.UnknownEventError, InvalidInputError, ActingForAnotherError],
        "orders": [InvalidInputError, ActingForAnotherError],
    }

    @extend_schema(
        operation_id="createBookingOrder",
        tags=["orders"],
        summary="Order places in one or more events",
        description=(
            "All of them or none: a refusal names the event. A booking of an event that wants approval is Pending, "
            "with its place taken. Only Cash is enabled."
        ),
        parameters=[parameters.FOR_ANYBODY],
        request=shapes.NewOrder,
        responses={201: shapes.OrderOutput},
        examples=examples.NEW_ORDER,
        extensions=parameters.ORDER_LEADS_TO,
    )
    def create(self, request: Request) -> Response:
        wanted = self.parsed(shapes.NewOrder)
        self.check_names(wanted["userId"])
        if wanted["paymentMethod"]["type"] != "Cash":
            raise errors.PaymentMethodNotEnabledError
        brand_id = current_brand_id(request)
        order = place_order(
            client=athlete(user_id=wanted["userId"], brand_id=brand_id),
            brand_id=brand_id,
            event_ids=wanted["eventIds"],
            now=self.now,
        )
        return Response(shapes.order_json(with_bookings(Order.objects.all()).get(pk=order.pk)), status=201)

    @extend_schema(
        operation_id="listBookings",
        tags=["event-bookings"],
        summary="List the bookings of a user or of an event",
        description=(
            "Of a user: by start, without those that they have dismissed. Of an event: in the order in which they were "
            "made; its coach, and a service with manage:bookings, sees all, anybody else their own."
        ),
        parameters=[shapes.BookingsQuery, parameters.USER_OR_EVENT, parameters.FOR_ANYBODY],
        responses=shapes.BookingOutput(many=True),
        examples=examples.BOOKINGS,
    )
    def list(self, request: Request) -> Response:
        query = self.query()
        brand_id = current_brand_id(request)
        if query.keys() == {"eventId"}:
            found = self._of_event(query["eventId"], brand_id)
        elif "userId" in query and "eventId" not in query:
            self.check_names(query["userId"])
            found = bookings_of_user(query["userId"], brand_id=brand_id, **_period(query))
        else:
            raise errors.SubjectNotNamedError
        return Response([shapes.booking_json(booking) for booking in found])

    @extend_schema(
        operation_id="listBookingOrders",
        tags=["orders"],
        summary="List the booking orders of a user",
        description="Placed in [startAt, endAt), the latest first.",
        parameters=[shapes.OrdersQuery, parameters.ORDERS_OF, parameters.FOR_ANYBODY],
        responses=shapes.OrderOutput(many=True),
        examples=examples.ORDERS,
    )
    @action(detail=False, methods=["get"])
    def orders(self, request: Request) -> Response:
        query = self.query()
        self.check_names(query["userId"])
        found = orders_of_user(query["userId"], brand_id=current_brand_id(request), **_period(query))
        return Response([shapes.order_json(order) for order in found])

    def _of_event(self, event_id: UUID, brand_id: UUID) -> Any:
        try:
            event = event_of_brand(event_id=event_id, brand_id=brand_id)
        except errors.EventNotFoundError as error:
            # It is the input that is wrong: the address is there.
            raise errors.UnknownEventError(event_id=str(event_id)) from error
        sees_all = self.is_service_with(MANAGE) or self.person_id == event.coach.person_id
        if not sees_all and self.person_id is None:
            raise InsufficientScopeError(scope=MANAGE)
        return bookings_of_event(event, seen_by=None if sees_all else self.person_id)


def _period(query: dict[str, Any]) -> dict[str, Any]:
    return {"since": query.get("startAt"), "until": query.get("endAt")}
