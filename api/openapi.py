"""OpenAPI 3.1: each operation with its family's errors, and one document per family."""

from collections import defaultdict
from typing import TYPE_CHECKING, Any, cast

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema as SpectacularAutoSchema

from accounts.scopes import SCOPES
from api import errors
from api.brands import ForeignBrandError
from api.families import FLEXTELL, LEKO, LOOP, PLATFORM, UPVIO, Family, Refusal, family_of
from tenants.errors import DomainError

if TYPE_CHECKING:
    from api.viewsets import PlatformViewSet

_TEXT = {"type": "string"}
_FIELDS = {"type": "object", "additionalProperties": {"type": "array", "items": _TEXT}}
_LEKO_ERROR = {
    "type": "object",
    "properties": {"code": _TEXT, "message": _TEXT, "endpoint": _TEXT, "requestId": _TEXT},
    "required": ["code", "message", "endpoint", "requestId"],
}

_ENVELOPES: dict[str, dict[str, Any]] = {
    LOOP.name: {
        "type": "object",
        "properties": {"error": _TEXT, "message": _TEXT, "error_description": _TEXT},
        "required": ["error", "message"],
    },
    LEKO.name: {
        "type": "object",
        "properties": {"errors": {"type": "array", "items": _LEKO_ERROR}},
        "required": ["errors"],
    },
    UPVIO.name: {
        "type": "object",
        "properties": {
            "error": {"type": "object", "properties": {"code": {"type": "integer"}, "title": _TEXT}},
        },
        "required": ["error"],
    },
    FLEXTELL.name: {
        "type": "object",
        "properties": {"error": _TEXT, "message": _TEXT, "errors": _FIELDS},
        "required": ["error", "message"],
    },
    PLATFORM.name: {
        "type": "object",
        "properties": {
            "type": _TEXT,
            "title": _TEXT,
            "status": {"type": "integer"},
            "code": _TEXT,
            "detail": _TEXT,
            "request_id": _TEXT,
            "errors": _FIELDS,
        },
        "required": ["type", "title", "status", "code", "detail", "request_id"],
    },
}

# What every operation may answer.
_ALWAYS: list[type[DomainError]] = [
    errors.TenantRequiredError,
    errors.MissingTokenError,
    errors.UnauthenticatedError,
    errors.InsufficientScopeError,
    errors.TenantMismatchError,
    ForeignBrandError,
    errors.TenantSuspendedError,
    errors.UnknownTenantError,
    errors.RateLimitedError,
    errors.BusyError,
]
_WRITES: list[type[DomainError]] = [
    errors.IncompleteBodyError,
    errors.InvalidIdempotencyKeyError,
    errors.IdempotencyInProgressError,
    errors.IdempotencyKeyReusedError,
]
_BODIES: list[type[DomainError]] = [
    errors.InvalidInputError,
    errors.MalformedJSONError,
    errors.BodyTooLargeError,
    errors.LengthRequiredError,
    errors.UnsupportedMediaTypeError,
    errors.RequestTimeoutError,
]

_HEADERS: list[dict[str, Any]] = [
    {
        "name": "X-Tenant",
        "in": "header",
        "required": False,
        "schema": {"type": "integer"},
        "description": "The tenant's number, where the host name does not name the tenant.",
    },
]
_WRITE_HEADERS: list[dict[str, Any]] = [
    {
        "name": "Idempotency-Key",
        "in": "header",
        "required": False,
        "schema": {"type": "string", "minLength": 1, "maxLength": 255},
        "description": "Repeating a request with its key within 24 hours answers what the first one got.",
    },
]


class AutoSchema(SpectacularAutoSchema):
    """Adds to each operation the refusals of its view and those of the edge, in the family's envelope."""

    def get_operation(self, *args: Any, **kwargs: Any) -> dict[str, Any] | None:
        operation = super().get_operation(*args, **kwargs)
        if operation is None:
            return None
        family = family_of(self.method, self.path)
        writes = self.method != "GET"
        found: dict[int, list[type[DomainError]]] = defaultdict(list)
        view = cast("PlatformViewSet", self.view)
        refusals = [*_ALWAYS, *view.refusals.get(view.action, [])]
        refusals += _WRITES if writes else []
        refusals += _BODIES if "requestBody" in operation else []
        for error in dict.fromkeys(refusals):
            found[status_of(family, error)].append(error)
        for status, group in sorted(found.items()):
            operation["responses"][str(status)] = _response(family, status, group)
        operation["x-family"] = family.name
        operation.setdefault("parameters", []).extend(_HEADERS + (_WRITE_HEADERS if writes else []))
        return operation


def keep_family(family: str, result: dict[str, Any]) -> dict[str, Any]:
    """The document of one family: its paths alone."""
    paths = {
        path: kept
        for path, item in result["paths"].items()
        if (kept := {method: op for method, op in item.items() if op.get("x-family") == family})
    }
    return {**result, "paths": paths}


def status_of(family: Family, error: type[DomainError]) -> int:
    """The HTTP status that a refusal has in a family."""
    if issubclass(error, errors.InvalidInputError):
        return family.invalid_status
    return error.status if issubclass(error, errors.EdgeError) else family.status_of(error.kind)


class _Samples(dict[str, str]):
    """What stands in an example for what an error names."""

    def __missing__(self, name: str) -> str:
        return f"({name.replace('_', ' ')})"


_SAMPLES = _Samples(
    slot_at="2026-12-01T09:00:00Z",
    nearest=" Free: 2026-12-01T09:30:00Z.",
    coach_id="53075d23-6c3f-5e98-b11a-0b04678e1dec",
    id="53075d23-6c3f-5e98-b11a-0b04678e1dec",
    notice_minutes="120",
    horizon_days="60",
    status="cancelled",
    started="",
    scope="write:bookings",
    summary="slot_at: This field is required.",
    limit="60",
    seconds="10",
    retry_after="1",
    reason="unexpected character: line 1 column 1 (char 0)",
)


def _example(error: type[DomainError]) -> str:
    """A message as a client would read it."""
    return error.message.format_map(_SAMPLES)


def _response(family: Family, status: int, group: list[type[DomainError]]) -> dict[str, Any]:
    schema = _LEKO_ERROR if family is LEKO and status == 404 else _ENVELOPES[family.name]  # noqa: PLR2004
    examples = {
        error.code: {"value": family.envelope(Refusal(status=status, code=error.code, message=_example(error)))}
        for error in group
    }
    return {
        "description": " ".join(f"`{error.code}`" for error in group),
        "content": {family.content_type: {"schema": schema, "examples": examples}},
    }


class BearerScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "api.authentication.BearerAuthentication"
    name = "oauth2"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:  # noqa: ARG002
        return {
            "type": "oauth2",
            "description": "A token of the tenant: `bin/token TENANT`, or client credentials.",
            "flows": {"clientCredentials": {"tokenUrl": "/oauth/token", "scopes": dict(SCOPES)}},
        }

    def get_security_requirement(self, auto_schema: Any) -> dict[str, list[str]]:
        view = auto_schema.view
        return {self.name: sorted(view.scopes_of(view.action))}
