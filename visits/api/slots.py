"""Slots of providers (loop.yaml), and closing one."""

from typing import ClassVar
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from api.brands import ForeignBrandError, check_brand, current_brand_id
from api.errors import InvalidInputError
from api.request import principal_of
from scheduling.api.acting import ActingForAnotherError, ActsForPerson
from scheduling.api.windows import asked_period
from scheduling.public import StaffMember
from tenants.errors import GoneError
from visits import errors
from visits.api import parameters, slot_examples
from visits.api import slot_shapes as shapes
from visits.models import Slot
from visits.selectors import slots as selectors
from visits.selectors.openings import length_of, planned_slots
from visits.services import open_slot as opening
from visits.services import open_slots as opening_many
from visits.services.close_slot import close_slot
from visits.services.open_slot import open_slot
from visits.services.open_slots import open_slots

_OWN = [errors.ProviderNotFoundError, errors.ForeignProviderError, ActingForAnotherError, InvalidInputError]


class SlotViewSet(ActsForPerson):
    """Everything below /v1/providers/{id}/slots."""

    lookup_url_kwarg = "slot_id"
    lookup_value_converter = "str"
    scopes: ClassVar = {
        "list": {"read:visits"},
        "create": {"write:slots"},
        "openings": {"write:slots"},
        "destroy": {"write:slots"},
    }
    queries: ClassVar = {"list": shapes.SlotsQuery}
    refusals: ClassVar = {
        "list": [
            errors.ProviderNotFoundError,
            errors.VisitTypeNotFoundError,
            InvalidInputError,
            ActingForAnotherError,
        ],
        "create": [*_OWN, ForeignBrandError, *opening.REFUSALS],
        "openings": [*_OWN, ForeignBrandError, *opening_many.REFUSALS],
        "destroy": [*_OWN, errors.SlotNotFoundError, errors.SlotBookedError, GoneError],
    }

    @extend_schema(
        operation_id="listProviderSlots",
        tags=["slots"],
        summary="List the slots of a provider",
        description=(
            "Open slots that start in [from, to), 92 days at the most; default: from now on. What has no visit and "
            "can't be booked, for its provider is busy elsewhere, say, is left out."
        ),
        parameters=[parameters.PROVIDER_ID, shapes.SlotsQuery],
        responses=shapes.ProviderSlotsOutput,
        examples=slot_examples.SLOTS,
    )
    def list(self, request: Request, id: str) -> Response:  # noqa: A002 - the contract's name
        query = self.query()
        within = asked_period(query, now=self.now, default=selectors.WINDOW, most=selectors.WINDOW)
        brand_id = current_brand_id(request)
        provider = self._provider(id)
        wanted = query.get("visit_type")
        service = selectors.visit_type(code=wanted, brand_id=brand_id) if wanted else None
        found = selectors.slots_of(provider, brand_id=brand_id, within=within, now=self.now, service=service)
        return Response(
            {"slots": [shapes.slot_json(slot, provider_id=provider.person_id, booked=booked) for slot, booked in found]}
        )

    @extend_schema(
        operation_id="createProviderSlot",
        tags=["slots"],
        summary="Open a bookable slot for a provider",
        parameters=[parameters.PROVIDER_ID, parameters.FOR_PROVIDER],
        request=shapes.NewSlot,
        responses={201: shapes.ProviderSlotOutput},
        examples=slot_examples.NEW_SLOT,
    )
    def create(self, request: Request, id: str) -> Response:  # noqa: A002
        wanted = self.parsed(shapes.NewSlot)
        check_brand(request, wanted["brand_id"])
        provider = self._own_provider(id)
        slot = open_slot(
            provider=provider,
            brand_id=wanted["brand_id"],
            starts_at=wanted["start_time"],
            ends_at=wanted["end_time"],
            now=self.now,
        )
        return Response(shapes.slot_json(slot, provider_id=provider.person_id, booked=False), status=201)

    @extend_schema(
        operation_id="openProviderSlots",
        tags=["slots"],
        summary="Open slots in the working hours of a provider",
        description=(
            "One after the other from the start of each window of the working hours on, as the days' exceptions have "
            "them, whatever the clocks do. Says what was not opened and why: all that can be opened is. With preview "
            "the answer is the same, and nothing is opened."
        ),
        parameters=[parameters.PROVIDER_ID, parameters.FOR_PROVIDER],
        request=shapes.SlotsOrder,
        responses={200: shapes.OpenedSlotsOutput},
        examples=slot_examples.OPENED_SLOTS,
    )
    @action(detail=False, methods=["post"])
    def openings(self, request: Request, id: str) -> Response:  # noqa: A002
        order = self.parsed(shapes.SlotsOrder)
        check_brand(request, order["brand_id"])
        provider = self._own_provider(id)
        brand_id = order["brand_id"]
        minutes = order.get("duration_minutes")
        if minutes is None:
            minutes = length_of(order["visit_type"], provider=provider, brand_id=brand_id)
        wanted = shapes.slots_wanted(order, minutes=minutes)
        said = {"timezone": provider.resource.timezone, "preview": order["preview"]}
        if order["preview"]:
            planned = planned_slots(provider, brand_id=brand_id, wanted=wanted, now=self.now)
            new = [one for one in planned if one.left_out is None]
            return Response(shapes.opened_json(new, planned, **said))
        opened = open_slots(provider=provider, brand_id=brand_id, wanted=wanted, now=self.now)
        return Response(shapes.opened_json(opened.slots, opened.left_out, **said))

    @extend_schema(
        operation_id="closeProviderSlot",
        tags=["slots"],
        summary="Close a slot",
        description="It is offered no more. Of a slot that is booked, cancel or move the visit first.",
        parameters=[parameters.PROVIDER_ID, parameters.SLOT_ID, parameters.FOR_PROVIDER],
        responses={200: shapes.ProviderSlotOutput},
        examples=slot_examples.CLOSED_SLOT,
    )
    def destroy(self, request: Request, id: str, slot_id: str) -> Response:  # noqa: A002, ARG002
        provider = self._own_provider(id)
        known = _uuid(slot_id)
        slot = known and Slot.objects.open().filter(pk=known, provider=provider, brand=self._brand_id).first()
        if not slot:
            raise errors.SlotNotFoundError
        closed = close_slot(slot=slot, now=self.now)
        return Response(shapes.slot_json(closed, provider_id=provider.person_id, booked=False))

    @property
    def _brand_id(self) -> UUID:
        return current_brand_id(self.request)

    def _provider(self, provider_id: str) -> StaffMember:
        known = _uuid(provider_id)
        if known is None:
            raise errors.ProviderNotFoundError
        return selectors.provider(provider_id=known, brand_id=self._brand_id)

    def _own_provider(self, provider_id: str) -> StaffMember:
        """The provider, whom the caller is, or for whom a service speaks that acts for nobody."""
        provider = self._provider(provider_id)
        for_all = self.person_id is None and principal_of(self.request).user_id is None
        if not for_all and self.person_id != provider.person_id:
            raise errors.ForeignProviderError
        return provider


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
