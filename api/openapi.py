"""OpenAPI 3.1: each operation with its family's errors, its headers, and where its answer leads."""

from collections import defaultdict
from typing import TYPE_CHECKING, Any, cast

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema as SpectacularAutoSchema
from drf_spectacular.plumbing import ResolvedComponent
from rest_framework.serializers import ListSerializer

from accounts.scopes import SCOPES, SERVICE_ONLY
from api import errors
from api.brands import ForeignBrandError
from api.families import family_of
from api.openapi_errors import ENVELOPES, envelope_names, refusal_response, status_of
from api.openapi_headers import IDEMPOTENCY_KEY, IF_MATCH, IF_NONE_MATCH, TENANT, answer_headers
from tenants.errors import DomainError, StaleVersionError

if TYPE_CHECKING:
    from api.viewsets import PlatformViewSet

# What every operation may answer.
_ALWAYS: list[type[DomainError]] = [
    errors.TenantRequiredError,
    errors.RepeatedHeaderError,
    errors.BadRequestError,
    errors.MissingTokenError,
    errors.UnauthenticatedError,
    errors.InsufficientScopeError,
    errors.TenantMismatchError,
    ForeignBrandError,
    errors.TenantSuspendedError,
    errors.UnknownTenantError,
    errors.RateLimitedError,
    errors.InternalError,
    errors.BusyError,
]
_WRITES: list[type[DomainError]] = [
    errors.IncompleteBodyError,
    errors.InvalidIdempotencyKeyError,
    errors.IdempotencyInProgressError,
    errors.IdempotencyKeyReusedError,
    errors.LengthRequiredError,
    errors.BodyTooLargeError,
    errors.RequestTimeoutError,
]
_BODIES: list[type[DomainError]] = [
    errors.InvalidInputError,
    errors.MalformedJSONError,
    errors.UnsupportedMediaTypeError,
]


class AutoSchema(SpectacularAutoSchema):
    """Adds to each operation the refusals of its view and those of the edge, in the family's envelope."""

    def get_operation(self, *args: Any, **kwargs: Any) -> dict[str, Any] | None:
        operation = super().get_operation(*args, **kwargs)
        if operation is None:
            return None
        view = cast("PlatformViewSet", self.view)
        writes = self.method != "GET"
        versioned = view.action in view.versioned
        for status, answer in operation["responses"].items():
            answer["headers"] = answer_headers(writes=writes, versioned=versioned)
            answer["description"] = _SUCCESSES[status]
            if links := operation.pop("x-links", None):
                answer["links"] = links
        self._add_refusals(operation, view, writes=writes, versioned=versioned)
        operation["x-family"] = family_of(self.method, self.path).name
        parameters = operation.setdefault("parameters", [])
        parameters.append(TENANT)
        if writes:
            parameters.append(IDEMPOTENCY_KEY)
        elif versioned and view.action in view.always_whole:
            parameters.append(IF_MATCH)
        elif versioned:
            parameters += [IF_NONE_MATCH, IF_MATCH]
            operation["responses"]["304"] = {
                "description": "You have this version already.",
                "headers": answer_headers(writes=False, versioned=True),
            }
        for parameter in parameters:
            parameter.setdefault("required", False)
        operation["responses"] = dict(sorted(operation["responses"].items()))
        return operation

    def _add_refusals(
        self, operation: dict[str, Any], view: "PlatformViewSet", *, writes: bool, versioned: bool
    ) -> None:
        family = family_of(self.method, self.path)
        found: dict[int, list[type[DomainError]]] = defaultdict(list)
        refusals = [*_ALWAYS, *view.refusals.get(view.action, [])]
        refusals += _WRITES if writes else [StaleVersionError] if versioned else []
        refusals += _BODIES if "requestBody" in operation else []
        for error in dict.fromkeys(refusals):
            found[status_of(family, error)].append(error)
        for status, group in sorted(found.items()):
            operation["responses"][str(status)] = refusal_response(family, status, group, writes=writes)
            for name in envelope_names(family, status):
                component = ResolvedComponent(  # type: ignore[no-untyped-call]
                    name=name, type=ResolvedComponent.SCHEMA, schema=ENVELOPES[name], object=name
                )
                self.registry.register_on_missing(component)

    def get_description(self) -> str:  # type: ignore[override]
        """Only what is meant for clients: a view's docstring is not."""
        return ""

    def _insert_field_validators(self, field: Any, schema: dict[str, Any]) -> None:
        super()._insert_field_validators(field, schema)  # type: ignore[no-untyped-call]
        # A blank or null text beside a format. Not oneOf: a validator that checks no formats finds "" twice.
        if "oneOf" in schema and getattr(field, "allow_blank", False):
            text, blank = schema.pop("oneOf")
            nulls = [{"type": "null"}] if text["type"] != "string" else []
            schema["anyOf"] = [{**text, "type": "string"}, blank, *nulls]

    def _map_basic_serializer(self, serializer: Any, direction: Any) -> Any:
        schema = super()._map_basic_serializer(serializer, direction)  # type: ignore[no-untyped-call]
        # A base class's docstring says nothing to a client.
        if not vars(type(serializer) if not isinstance(serializer, type) else serializer).get("__doc__"):
            schema.pop("description", None)
        if direction == "response":
            schema["additionalProperties"] = False
        return schema

    def _map_serializer_field(self, field: Any, direction: Any, bypass_extensions: Any = False) -> Any:  # noqa: FBT002
        schema = super()._map_serializer_field(field, direction, bypass_extensions)  # type: ignore[no-untyped-call]
        if isinstance(field, ListSerializer) and (longest := getattr(field, "max_length", None)):
            schema["maxItems"] = longest
        return schema


_SUCCESSES = {"200": "Done.", "201": "Created.", "202": "Under way.", "204": "Done. There is no body."}


class BearerScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Two ways to say the same: sign in through OAuth, or bring a token."""

    target_class = "api.authentication.BearerAuthentication"
    name = ["oauth2", "bearer"]  # noqa: RUF012 - drf-spectacular's

    def get_security_definition(self, auto_schema: Any) -> Any:  # noqa: ARG002
        return [
            {
                "type": "oauth2",
                "description": (
                    "Client credentials of an application, or a person's sign-in with PKCE. Works on the tenant's own "
                    "host (`harbor.localhost`), where `/oauth/token` knows whose it is."
                ),
                "flows": {
                    "clientCredentials": {"tokenUrl": "/oauth/token", "scopes": dict(SCOPES)},
                    "authorizationCode": {
                        "authorizationUrl": "/oauth/authorize",
                        "tokenUrl": "/oauth/token",
                        "refreshUrl": "/oauth/token",
                        "scopes": {name: text for name, text in SCOPES.items() if name not in SERVICE_ONLY},
                    },
                },
            },
            {
                "type": "http",
                "scheme": "bearer",
                "description": "A token or API key of the tenant that you have: `bin/token harbor` prints one.",
            },
        ]

    def get_security_requirement(self, auto_schema: Any) -> Any:
        """One of the action's scopes is enough, so each stands alone."""
        view = auto_schema.view
        scopes = sorted(view.scopes_of(view.action))
        return [{name: [scope]} for name in self.name for scope in scopes]
