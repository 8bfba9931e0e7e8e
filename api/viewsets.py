"""The base of every viewset: scopes per action, writes in one transaction, the family's errors."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, ClassVar, cast
from uuid import UUID

from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.cache import get_conditional_response
from rest_framework.permissions import SAFE_METHODS
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer, ListField
from rest_framework.viewsets import GenericViewSet

from api import throttling, writes
from api.errors import InvalidInputError, UnauthenticatedError, exception_handler
from tenants.errors import DomainError, StaleVersionError


class PlatformViewSet(GenericViewSet[Any]):
    """Handlers parse, make one call and render. What is below every one of them happens here.

    `scopes` names, for each action, the scopes of which a token needs one. `refusals` names the domain
    errors that an action raises; OpenAPI documents them. `versioned` are the actions that answer an ETag; of these
    `always_whole` answer more than what the version is of, and so never 304.
    """

    scopes: ClassVar[Mapping[str, set[str]]] = {}
    # For each action its query parameters, as a serializer. Others are ignored, as contract clients expect.
    queries: ClassVar[Mapping[str, type[BaseSerializer[Any]]]] = {}
    refusals: ClassVar[Mapping[str, Sequence[type[DomainError]]]] = {}
    # The actions that take time: their answers are counted as bookings taken, or refused and why (metrics).
    books: ClassVar[frozenset[str]] = frozenset()
    versioned: ClassVar[Collection[str]] = ()
    always_whole: ClassVar[Collection[str]] = ()
    queryset: Any = None
    http_method_names: list[str] = ["get", "post", "put", "patch", "delete", "head"]  # noqa: RUF012 - never written to

    def scopes_of(self, action: str | None) -> set[str]:
        """The scopes of which the action needs one. An action without any can't be called."""
        return self.scopes.get(action or "", set())

    def authorize(self) -> None:
        """Checks beyond scopes that need no body. Runs before a stored answer is given again, as they do."""

    # The person for whom the caller says to act.
    named_person_id: UUID | None = None

    def initial(self, request: Any, *args: Any, **kwargs: Any) -> None:  # noqa: ARG002
        """As APIView.initial, with the limits between authentication and permissions: who may not ask so often
        learns nothing else."""
        self.format_kwarg = None
        request.accepted_renderer, request.accepted_media_type = self.perform_content_negotiation(request)
        try:
            self.perform_authentication(request)
        except UnauthenticatedError:
            throttling.take_as_nobody(request)
            raise
        throttling.take(request)
        self.check_permissions(request)

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """As APIView.dispatch, with every write inside `writes.perform`."""
        self.args = args
        self.kwargs = kwargs
        self.request = request = self.initialize_request(request, *args, **kwargs)
        self.headers = self.default_response_headers
        self.now = timezone.now()
        try:
            self.initial(request, *args, **kwargs)
            if request.user is not None:
                self.authorize()
            name = str(request.method).lower()
            # Only what is on the list: APIView itself would answer OPTIONS.
            known = name in self.http_method_names
            handler = getattr(self, name, self.http_method_not_allowed) if known else self.http_method_not_allowed
            if request.method in SAFE_METHODS or handler == self.http_method_not_allowed:
                response = handler(request, *args, **kwargs)
            else:
                response = writes.perform(
                    request=request,
                    route=f"{request.method} {request.resolver_match.route}",
                    acting_for=self.named_person_id,
                    now=self.now,
                    work=lambda: handler(request, *args, **kwargs),
                    refuse=self._refuse,
                )
        except Exception as error:  # noqa: BLE001 - DRF's own way: its handler raises what it does not know
            response = self.handle_exception(error)
        self.response = self.finalize_response(request, response, *args, **kwargs)
        if request.method in SAFE_METHODS and self.response.has_header("ETag"):
            return self._conditional(request, self.response)
        return self.response

    def _conditional(self, request: Any, response: Any) -> HttpResponseBase:
        """304 for who has this version already, 412 for who asks for another one, else the response."""
        found: Any = get_conditional_response(request, etag=response["ETag"], response=response)
        if found is not None and found.status_code == 304 and self.action in self.always_whole:  # noqa: PLR2004
            return cast("HttpResponseBase", response)
        if found is not None and found.status_code == 412:  # noqa: PLR2004 - Django's has no body
            stale = StaleVersionError(version=response["ETag"].strip('"'))
            return self.finalize_response(request, self._refuse(stale), *self.args, **self.kwargs)
        return cast("HttpResponseBase", found or response)

    def query(self) -> dict[str, Any]:
        """The query parameters that the action declares in `queries`, checked. Raises what `parsed` does, and
        InvalidInputError for one that is there twice (lists apart): which of the two was meant, nobody could say."""
        given = self.request.query_params
        checked = self.queries[self.action](data=given.dict(), context={"request": self.request})
        fields = checked.fields  # type: ignore[attr-defined]
        lists = {name for name, field in fields.items() if isinstance(field, ListField)}
        checked.initial_data |= {name: given.getlist(name) for name in lists & given.keys()}
        if twice := [name for name in fields if name not in lists and len(given.getlist(name)) > 1]:
            raise InvalidInputError({name: ["Send it once."] for name in twice})
        return _valid(checked)

    def _refuse(self, error: DomainError) -> Response:
        return exception_handler(error, {"request": self.request})

    def parsed(self, serializer: type[BaseSerializer[Any]], data: Any = None) -> dict[str, Any]:
        """The body (or `data`), checked. Raises a ValidationError that names every wrong field."""
        return _valid(serializer(data=self.request.data if data is None else data, context={"request": self.request}))


def _valid(checked: BaseSerializer[Any]) -> dict[str, Any]:
    checked.is_valid(raise_exception=True)
    return dict(checked.validated_data)
