"""People in the platform's own format."""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from api.brands import current_brand_id, speaks_for_all_brands
from api.errors import InvalidInputError, NotFoundError, PreconditionRequiredError
from api.paging import OpaqueCursor
from api.versions import IF_MATCH_NEEDED, expected_versions, versioned
from api.viewsets import PlatformViewSet
from scheduling.api import examples, parameters
from scheduling.api import serializers as shapes
from scheduling.models import Client, Person, StaffMember
from scheduling.services import register_person
from scheduling.services.change_person import change_person
from scheduling.services.register_person import register_client, register_staff_member
from tenants.errors import GoneError, StaleVersionError

_REFUSALS = [register_person.EmailTakenError, register_person.PersonOfAnotherBrandError]


class PeopleViewSet(PlatformViewSet):
    """What clients and staff members share. Only people of the current brand are seen."""

    pagination_class = OpaqueCursor
    queries: ClassVar = {"list": shapes.PeopleQuery}
    lookup_value_converter = "uuid"

    def people(self) -> Any:
        return self.queryset.filter(brands=current_brand_id(self.request)).select_related("person")

    def found(self, person_id: Any) -> Any:
        person = self.people().filter(person_id=person_id).first()
        if person is None:
            raise NotFoundError
        return person

    def authority(self) -> dict[str, Any]:
        """The brand for which the caller registers, and whether they speak for all brands."""
        return {
            "brand_id": current_brand_id(self.request),
            "for_all_brands": speaks_for_all_brands(self.request),
        }

    def change(self, person: Person, changes: dict[str, Any]) -> None:
        brand_id = None if speaks_for_all_brands(self.request) else current_brand_id(self.request)
        expected = expected_versions(self.request, required=True)
        change_person(person=person, changes=changes, for_brand=brand_id, expected=expected)

    def page(self, render: Any) -> Response:
        people = self.people()
        if email := self.query().get("email"):
            people = people.filter(person__in=Person.objects.with_email(email))
        page = self.paginate_queryset(people)
        return self.get_paginated_response([render(person) for person in page or []])


class ClientViewSet(PeopleViewSet):
    queryset = Client.objects.all()
    versioned: ClassVar = {"retrieve", "create", "partial_update"}
    scopes: ClassVar = {
        "list": {"read:clients"},
        "retrieve": {"read:clients"},
        "create": {"write:clients"},
        "partial_update": {"write:clients"},
    }
    refusals: ClassVar = {
        "list": [InvalidInputError],
        "retrieve": [NotFoundError],
        "create": [register_person.ClientExistsError, *_REFUSALS],
        "partial_update": [NotFoundError, PreconditionRequiredError, GoneError, StaleVersionError, *_REFUSALS],
    }

    @extend_schema(
        operation_id="listClients",
        tags=["people"],
        summary="List the current brand's clients",
        parameters=[shapes.PeopleQuery],
        responses=shapes.ClientOutput(many=True),
        examples=examples.CLIENTS,
        extensions=parameters.CLIENTS_LEAD_TO,
    )
    def list(self, request: Request) -> Response:  # noqa: ARG002
        return self.page(shapes.client_json)

    @extend_schema(
        operation_id="getClient",
        tags=["people"],
        summary="Read a client",
        parameters=[parameters.CLIENT_ID],
        responses=shapes.ClientOutput,
        examples=examples.CLIENT,
    )
    def retrieve(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        client = self.found(pk)
        return versioned(Response(shapes.client_json(client)), client.person.version)

    @extend_schema(
        operation_id="createClient",
        tags=["people"],
        summary="Register a client",
        request=shapes.PersonInput,
        responses={201: shapes.ClientOutput},
        examples=examples.NEW_CLIENT,
        extensions=parameters.CLIENT_LEADS_TO,
    )
    def create(self, request: Request) -> Response:  # noqa: ARG002
        fields = self.parsed(shapes.PersonInput)
        client = register_client(person=shapes.person_data(fields), **self.authority())
        return versioned(Response(shapes.client_json(client), status=201), client.person.version)

    @extend_schema(
        operation_id="changeClient",
        tags=["people"],
        summary="Change a client's names and contacts",
        parameters=[parameters.CLIENT_ID, IF_MATCH_NEEDED],
        request=shapes.PersonChanges,
        responses=shapes.ClientOutput,
        examples=examples.CHANGED_CLIENT,
    )
    def partial_update(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        changes = self.parsed(shapes.PersonChanges)
        client = self.found(pk)
        self.change(client.person, changes)
        return versioned(Response(shapes.client_json(client)), client.person.version)


class StaffViewSet(PeopleViewSet):
    queryset = StaffMember.objects.all()
    versioned: ClassVar = {"retrieve", "create", "partial_update"}
    scopes: ClassVar = {
        "list": {"read:staff"},
        "retrieve": {"read:staff"},
        "create": {"write:staff"},
        "partial_update": {"write:staff"},
    }
    refusals: ClassVar = {
        "list": [InvalidInputError],
        "retrieve": [NotFoundError],
        "create": [register_person.StaffMemberExistsError, *_REFUSALS],
        "partial_update": [NotFoundError, PreconditionRequiredError, GoneError, StaleVersionError, *_REFUSALS],
    }

    @extend_schema(
        operation_id="listStaff",
        tags=["people"],
        summary="List the current brand's staff",
        parameters=[shapes.PeopleQuery],
        responses=shapes.StaffMemberOutput(many=True),
        examples=examples.STAFF,
        extensions=parameters.STAFF_LEADS_TO,
    )
    def list(self, request: Request) -> Response:  # noqa: ARG002
        return self.page(shapes.staff_member_json)

    @extend_schema(
        operation_id="getStaffMember",
        tags=["people"],
        summary="Read a staff member",
        parameters=[parameters.STAFF_ID],
        responses=shapes.StaffMemberOutput,
        examples=examples.STAFF_MEMBER,
    )
    def retrieve(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        staff_member = self.found(pk)
        return versioned(Response(shapes.staff_member_json(staff_member)), staff_member.person.version)

    @extend_schema(
        operation_id="createStaffMember",
        tags=["people"],
        summary="Register a staff member, who can be booked from then on",
        request=shapes.NewStaffMemberInput,
        responses={201: shapes.StaffMemberOutput},
        examples=examples.NEW_STAFF_MEMBER,
        extensions=parameters.STAFF_MEMBER_LEADS_TO,
    )
    def create(self, request: Request) -> Response:  # noqa: ARG002
        fields = self.parsed(shapes.NewStaffMemberInput)
        staff_member = register_staff_member(
            person=shapes.person_data(fields), **self.authority(), title=fields.get("title", "")
        )
        return versioned(Response(shapes.staff_member_json(staff_member), status=201), staff_member.person.version)

    @extend_schema(
        operation_id="changeStaffMember",
        tags=["people"],
        summary="Change a staff member's names and contacts",
        parameters=[parameters.STAFF_ID, IF_MATCH_NEEDED],
        request=shapes.PersonChanges,
        responses=shapes.StaffMemberOutput,
        examples=examples.CHANGED_STAFF_MEMBER,
    )
    def partial_update(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        changes = self.parsed(shapes.PersonChanges)
        staff_member = self.found(pk)
        self.change(staff_member.person, changes)
        return versioned(Response(shapes.staff_member_json(staff_member)), staff_member.person.version)
