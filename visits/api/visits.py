"""Visits (loop.yaml), and the steps that its family adds: who came, and what became of it."""

from typing import ClassVar
from uuid import UUID

from django.db.models import Q
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from api.brands import ForeignBrandError, check_brand, current_brand_id
from api.errors import InvalidInputError
from api.request import principal_of
from api.versions import IF_MATCH, expected_versions, versioned
from scheduling.api.acting import ActingForAnotherError
from scheduling.api.holding import BooksHeldTime
from scheduling.public import StaffMember
from tenants.errors import GoneError, StaleVersionError
from visits import errors
from visits.api import meetings, parameters, visit_examples
from visits.api import visit_shapes as shapes
from visits.models import Visit
from visits.rules.statuses import Step
from visits.services import book_visit as booking
from visits.services import reschedule_visit as rescheduling
from visits.services.book_visit import book_visit
from visits.services.cancel_visit import cancel_visit
from visits.services.reschedule_visit import reschedule_visit
from visits.services.step_visit import step_visit

_MANAGE = "manage:visits"
_READS = {"read:visits", _MANAGE}
_WRITES = {"write:visits", _MANAGE}
_ANY = [errors.VisitNotFoundError, InvalidInputError, ActingForAnotherError]
_ANY_WRITE = [*_ANY, GoneError, StaleVersionError]
_STEP = [*_ANY_WRITE, errors.PatientCanNotSayError, errors.ForbiddenStepError, errors.TooEarlyError]


class VisitViewSet(meetings.HasMeeting, BooksHeldTime):
    """Everything below /v1/visits."""

    lookup_url_kwarg = "id"
    lookup_value_converter = "str"
    versioned: ClassVar = {
        "create", "retrieve", "reschedule", "cancel", "check_in", "start", "complete", "no_show", "undo",
        "set_meeting",
    }  # fmt: skip
    scopes: ClassVar = {
        "list": _READS,
        "create": {"write:visits"},
        "retrieve": _READS,
        "cancellation": _READS,
        "meeting": _READS,
        "set_meeting": _WRITES,
        **dict.fromkeys(["reschedule", "cancel", "check_in", "start", "complete", "no_show", "undo"], _WRITES),
    }
    queries: ClassVar = {"list": shapes.VisitsQuery}
    books = frozenset({"create", "reschedule"})
    refusals: ClassVar = {
        "list": [ForeignBrandError, errors.PatientNotNamedError, InvalidInputError, ActingForAnotherError],
        "create": [
            ForeignBrandError,
            *booking.REFUSALS,
            InvalidInputError,
            ActingForAnotherError,
        ],
        "retrieve": _ANY,
        "cancellation": _ANY,
        "meeting": [*_ANY, *meetings.REFUSALS],
        "set_meeting": [*_ANY_WRITE, *meetings.REFUSALS_OF_SETTING],
        "reschedule": [*_ANY_WRITE, *rescheduling.REFUSALS],
        "cancel": [*_ANY_WRITE, errors.VisitNotCancellableError],
        **dict.fromkeys(["check_in", "start", "complete", "no_show", "undo"], _STEP),
    }

    @extend_schema(
        operation_id="listVisits",
        tags=["visits"],
        summary="List visits of a brand",
        description=(
            "The latest start first. A patient sees their own, a provider those with them; a service with the scope "
            "manage:visits sees all. Without limit and cursor the list is whole; with one of them it is a page."
        ),
        parameters=[shapes.VisitsQuery, parameters.OF_BRAND, parameters.FOR_ANYBODY],
        responses=shapes.VisitsOutput,
        examples=visit_examples.VISITS,
    )
    def list(self, request: Request) -> Response:
        query = self.query()
        check_brand(request, query["brand_id"])
        wanted = {
            "client__person": query.get("patient_id"),
            "provider__person": query.get("provider_id"),
            "status": query.get("status"),
            "starts_at__gte": query.get("from"),
            "starts_at__lt": query.get("to"),
        }
        visits = Visit.objects.filter(self._sees(query.get("patient_id")), brand=query["brand_id"]).filter(
            **{name: value for name, value in wanted.items() if value is not None}
        )
        visits = visits.select_related("client", "provider", "service").order_by(*shapes.VisitPages.ordering)
        if not {"limit", "cursor"} & set(request.query_params):
            return Response({"visits": [shapes.visit_json(visit) for visit in visits.iterator()]})
        pages = shapes.VisitPages()
        page = pages.paginate_queryset(visits, request, view=self) or []
        return Response(
            {
                "visits": [shapes.visit_json(visit) for visit in page],
                "next": pages.get_next_link(),
                "previous": pages.get_previous_link(),
            }
        )

    @extend_schema(
        operation_id="createVisit",
        tags=["visits"],
        summary="Book a visit into a provider slot",
        description="With start_time instead of slot_id: the least busy of the providers who have a slot then.",
        parameters=[parameters.FOR_PATIENT],
        request=shapes.NewVisit,
        responses={201: shapes.VisitOutput},
        examples=visit_examples.NEW_VISIT,
        extensions=parameters.VISIT_LEADS_TO,
    )
    def create(self, request: Request) -> Response:
        wanted = self.parsed(shapes.NewVisit)
        check_brand(request, wanted["brand_id"])
        self.check_names(wanted["patient_id"])
        visit = book_visit(
            brand_id=wanted["brand_id"],
            patient_id=wanted["patient_id"],
            visit_type=wanted["visit_type"],
            slot_id=wanted.get("slot_id"),
            starts_at=wanted.get("start_time"),
            hold=self.hold(wanted.get("hold_id"), person_id=wanted["patient_id"]),
            reason=wanted.get("reason"),
            notes=wanted.get("notes"),
            now=self.now,
        )
        return versioned(Response(shapes.visit_json(visit), status=201), visit.version)

    @extend_schema(
        operation_id="getVisit",
        tags=["visits"],
        summary="Read a visit",
        parameters=[parameters.READ_VISIT_ID, parameters.FOR_ANYBODY],
        responses=shapes.VisitDetailOutput,
        examples=visit_examples.VISIT_READ,
    )
    def retrieve(self, request: Request, id: str) -> Response:  # noqa: A002, ARG002 - the contract's name
        visit, _as_staff = self._found(id)
        return versioned(Response(shapes.detail_json(visit)), visit.version)

    @extend_schema(
        operation_id="getVisitCancellation",
        tags=["visits"],
        summary="What it would cost to cancel a visit now",
        description="By the terms that were agreed when it was booked. Staff owes nothing.",
        parameters=[parameters.READ_VISIT_ID, parameters.FOR_ANYBODY],
        responses=shapes.CancellationOutput,
        examples=visit_examples.FEE,
    )
    @action(detail=True, methods=["get"])
    def cancellation(self, request: Request, id: str) -> Response:  # noqa: A002, ARG002
        visit, as_staff = self._found(id)
        return Response(shapes.cancellation_json(visit, as_staff=as_staff, now=self.now))

    @extend_schema(
        operation_id="rescheduleVisit",
        tags=["visits"],
        summary="Move a visit to another slot",
        description=(
            "Until it begins; also to another provider who does this type of visit. The slot is checked as for a new "
            "visit. To move it to where it is changes nothing and tells nobody."
        ),
        parameters=[parameters.VISIT_ID, parameters.FOR_PATIENT, IF_MATCH],
        request=shapes.VisitMove,
        responses={200: shapes.VisitOutput},
        examples=visit_examples.RESCHEDULED,
    )
    @action(detail=True, methods=["post"])
    def reschedule(self, request: Request, id: str) -> Response:  # noqa: A002
        wanted = self.parsed(shapes.VisitMove)
        visit, _as_staff = self._found(id)
        return _answer(
            reschedule_visit(
                visit=visit, slot_id=wanted["new_slot_id"], now=self.now, expected=expected_versions(request)
            )
        )

    @extend_schema(
        operation_id="cancelVisit",
        tags=["visits"],
        summary="Cancel a visit",
        description="The patient until it begins; the provider, and a service with manage:visits, until it is held.",
        parameters=[parameters.VISIT_ID, parameters.FOR_PATIENT, IF_MATCH],
        request=shapes.Cancellation,
        responses={200: shapes.VisitOutput},
        examples=visit_examples.CANCELLED,
    )
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, id: str) -> Response:  # noqa: A002
        said = self.parsed(shapes.Cancellation)
        visit, as_staff = self._found(id)
        return _answer(
            cancel_visit(
                visit=visit,
                reason=said.get("reason"),
                as_staff=as_staff,
                now=self.now,
                expected=expected_versions(request),
            )
        )

    @extend_schema(
        operation_id="checkInVisit",
        tags=["visits"],
        summary="Say that the patient of a visit is there",
        parameters=[parameters.BEGUN_VISIT_ID, parameters.FOR_PROVIDER, IF_MATCH],
        request=None,
        responses={200: shapes.VisitOutput},
        examples=visit_examples.CHECKED_IN,
    )
    @action(detail=True, methods=["post"], url_path="check-in")
    def check_in(self, request: Request, id: str) -> Response:  # noqa: A002
        return self._step(request, id, Step.CHECK_IN)

    @extend_schema(
        operation_id="startVisit",
        tags=["visits"],
        summary="Say that a visit has begun",
        parameters=[parameters.WAITING_VISIT_ID, parameters.FOR_PROVIDER, IF_MATCH],
        request=None,
        responses={200: shapes.VisitOutput},
        examples=visit_examples.STARTED,
    )
    @action(detail=True, methods=["post"])
    def start(self, request: Request, id: str) -> Response:  # noqa: A002
        return self._step(request, id, Step.START)

    @extend_schema(
        operation_id="completeVisit",
        tags=["visits"],
        summary="Say that a visit took place",
        parameters=[parameters.RUNNING_VISIT_ID, parameters.FOR_PROVIDER, IF_MATCH],
        request=None,
        responses={200: shapes.VisitOutput},
        examples=visit_examples.COMPLETED,
    )
    @action(detail=True, methods=["post"])
    def complete(self, request: Request, id: str) -> Response:  # noqa: A002
        return self._step(request, id, Step.COMPLETE)

    @extend_schema(
        operation_id="markVisitNoShow",
        tags=["visits"],
        summary="Say that the patient of a visit did not come",
        parameters=[parameters.MISSED_VISIT_ID, parameters.FOR_PROVIDER, IF_MATCH],
        request=None,
        responses={200: shapes.VisitOutput},
        examples=visit_examples.NO_SHOW,
    )
    @action(detail=True, methods=["post"], url_path="no-show")
    def no_show(self, request: Request, id: str) -> Response:  # noqa: A002
        return self._step(request, id, Step.NO_SHOW)

    @extend_schema(
        operation_id="undoVisitStep",
        tags=["visits"],
        summary="Take the last step of a visit back",
        description="Check-in, start, completion or no-show. A cancellation is not taken back: its time is free.",
        parameters=[parameters.DONE_VISIT_ID, parameters.FOR_PROVIDER, IF_MATCH],
        request=None,
        responses={200: shapes.VisitOutput},
        examples=visit_examples.UNDONE,
    )
    @action(detail=True, methods=["post"])
    def undo(self, request: Request, id: str) -> Response:  # noqa: A002
        return self._step(request, id, Step.UNDO)

    def _step(self, request: Request, visit_id: str, step: Step) -> Response:
        visit, as_staff = self._found(visit_id)
        if not as_staff:
            raise errors.PatientCanNotSayError
        return _answer(step_visit(visit=visit, step=step, now=self.now, expected=expected_versions(request)))

    def _found(self, visit_id: str) -> tuple[Visit, bool]:
        """A visit of the current brand to which the caller is a side, and whether that is the staff's side.

        Raises VisitNotFoundError for everybody else.
        """
        try:
            visit = Visit.objects.with_people().get(pk=UUID(visit_id), brand=current_brand_id(self.request))
        except (ValueError, Visit.DoesNotExist) as error:
            raise errors.VisitNotFoundError from error
        if self.is_service_with(_MANAGE):
            return visit, True
        if self.person_id == visit.provider.person_id:
            return visit, True
        if self.person_id == visit.client.person_id:
            return visit, False
        raise errors.VisitNotFoundError

    def _sees(self, patient_id: UUID | None) -> Q:
        """Which visits the caller may list, and whether they may name this patient.

        Raises ActingForAnotherError, InsufficientScopeError, PatientNotNamedError.
        """
        own = Q(client__person=self.person_id) | Q(provider__person=self.person_id)
        if self.person_id is not None:
            # Whoever provides may look for a patient among their own visits.
            if patient_id not in {None, self.person_id} and not StaffMember.objects.known_as(self.person_id).exists():
                raise ActingForAnotherError
            return own
        if patient_id is not None:
            self.check_names(patient_id)
            return Q()
        caller = principal_of(self.request)
        if caller.user_id is not None:
            return Q(pk=None)
        if _MANAGE not in caller.scopes:
            raise errors.PatientNotNamedError
        return Q()


def _answer(visit: Visit) -> Response:
    return versioned(Response(shapes.visit_json(visit)), visit.version)
