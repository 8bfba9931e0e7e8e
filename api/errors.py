"""Refusals of the edge, and the one place where any refusal becomes an HTTP answer."""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, ClassVar

import orjson
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation, ValidationError
from django.core.paginator import InvalidPage
from django.db import DataError, InterfaceError, NotSupportedError, OperationalError, connection
from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from rest_framework import exceptions as drf
from rest_framework.response import Response

from accounts.content_policy import PAGE
from api.families import Family, Refusal, family_of
from tenants.errors import DomainError

logger = logging.getLogger(__name__)

LOCK_TIMEOUT = "55P03"
RETRYABLE = {"40001", "40P01"}  # serialization failure, deadlock


class EdgeError(DomainError):
    """A refusal that is HTTP's own: its status is the same in every family."""

    status: ClassVar[int] = 400
    headers: Mapping[str, str] = {}


class TenantRequiredError(EdgeError):
    code = "tenant_required"
    status = 400
    message = "No tenant is named. Use the tenant's own host name, or send its number in X-Tenant."


class RepeatedHeaderError(EdgeError):
    code = "repeated_header"
    status = 400
    message = "The header {header} must be sent once."


class UnknownTenantError(EdgeError):
    code = "unknown_tenant"
    status = 404
    message = "No tenant has this host name or number."


class TenantMismatchError(EdgeError):
    code = "tenant_mismatch"
    status = 403
    message = "The host name and X-Tenant name different tenants."


class TenantSuspendedError(EdgeError):
    code = "tenant_suspended"
    status = 403
    message = "This tenant is suspended. Ask the operator of the platform."


class UnauthenticatedError(EdgeError):
    code = "invalid_token"
    status = 401
    message = "Send a valid access token of this tenant as `Authorization: Bearer ...`."
    headers: Mapping[str, str] = {"WWW-Authenticate": 'Bearer realm="api", error="invalid_token"'}


class MissingTokenError(UnauthenticatedError):
    code = "unauthenticated"
    headers: Mapping[str, str] = {"WWW-Authenticate": 'Bearer realm="api"'}


class InsufficientScopeError(EdgeError):
    code = "insufficient_scope"
    status = 403
    message = "The access token lacks the scope {scope}."

    def __init__(self, *, scope: str) -> None:
        super().__init__(scope=scope)
        self.headers = {"WWW-Authenticate": f'Bearer realm="api", error="insufficient_scope", scope="{scope}"'}


class InvalidInputError(EdgeError):
    """`fields` names every wrong field. Its status is the family's."""

    code = "validation_error"
    message = "{summary}"

    def __init__(self, fields: Mapping[str, list[str]]) -> None:
        self.fields = dict(fields)
        summary = "; ".join(f"{name}: {' '.join(texts)}" for name, texts in fields.items())
        super().__init__(summary=summary)


@contextmanager
def by_field() -> Iterator[None]:
    """Says a service's ValidationError, which names its fields, as InvalidInputError."""
    try:
        yield
    except ValidationError as error:
        raise InvalidInputError(error.message_dict) from error


class PreconditionRequiredError(EdgeError):
    code = "precondition_required"
    status = 428
    message = "Send If-Match with the ETag of what you have read, so that you overwrite nobody's change unseen."


class MalformedJSONError(EdgeError):
    code = "malformed_json"
    status = 400
    message = "The body is no valid JSON: {reason}"


class NotFoundError(EdgeError):
    code = "not_found"
    status = 404
    message = "There is nothing at this address. /docs/ lists the endpoints of the API."


class BadRequestError(EdgeError):
    code = "bad_request"
    status = 400
    message = "This request can't be understood."


class ForbiddenError(EdgeError):
    code = "forbidden"
    status = 403
    message = "You may not do this. Ask an administrator for the role that may."


class MethodNotAllowedError(EdgeError):
    code = "method_not_allowed"
    status = 405
    message = "This address does not answer {method}."


class BodyTooLargeError(EdgeError):
    code = "body_too_large"
    status = 413
    message = "The body is larger than 1 MiB."


class LengthRequiredError(EdgeError):
    code = "length_required"
    status = 411
    message = "Send the body's length in Content-Length; a chunked body is not read."


class IncompleteBodyError(EdgeError):
    code = "incomplete_body"
    status = 400
    message = "The body ended before its Content-Length. Send the whole request again, with its Idempotency-Key."


class UnsupportedMediaTypeError(EdgeError):
    code = "unsupported_media_type"
    status = 415
    message = "Send the body as application/json, UTF-8."


class InvalidIdempotencyKeyError(EdgeError):
    code = "invalid_idempotency_key"
    status = 400
    message = "Idempotency-Key: 1 to 255 printable ASCII characters."


class IdempotencyKeyReusedError(EdgeError):
    code = "idempotency_key_reused"
    status = 422
    message = "This Idempotency-Key was used for another request. Use a new key for a new request."


class IdempotencyInProgressError(EdgeError):
    code = "idempotency_in_progress"
    status = 409
    message = "A request with this Idempotency-Key is being answered. Repeat it in a second."
    headers: Mapping[str, str] = {"Retry-After": "1"}


class BusyError(EdgeError):
    code = "server_busy"
    status = 503
    message = (
        "The service is busy or being restarted. Repeat the request in a second, a write with its Idempotency-Key."
    )
    headers: Mapping[str, str] = {"Retry-After": "1"}


class RateLimitedError(EdgeError):
    code = "rate_limited"
    status = 429
    message = "Too many requests: {limit} at once at the most. Repeat after {retry_after} s."


class RequestTimeoutError(EdgeError):
    code = "request_timeout"
    status = 408
    message = "The body did not arrive within {seconds} s. Repeat the request on a new connection."
    headers: Mapping[str, str] = {"Connection": "close"}


class InternalError(EdgeError):
    code = "internal_error"
    status = 500
    message = "Something went wrong on our side. Nothing was changed. The request id finds the cause in the log."


def exception_handler(error: Exception, context: dict[str, Any]) -> Response:
    """Django REST framework's hook. What is unexpected is logged and answered as 500, in the family's envelope."""
    refusal = as_domain_error(error, method=context["request"].method)
    if refusal is None:
        logger.error("Unexpected in request %s", getattr(context["request"], "request_id", ""), exc_info=error)
        refusal = InternalError()
    answer = _refusal(context["request"], refusal)
    family = family_of(context["request"].method, context["request"].path)
    response = Response(family.envelope(answer), status=answer.status, headers=dict(answer.headers))
    response.content_type = family.content_type
    response.refusal = refusal.code  # type: ignore[attr-defined]
    return response


def render(request: HttpRequest, error: DomainError) -> HttpResponse:
    """The answer to a refusal outside of any view: for programs in the family's envelope, for people a page."""
    answer = _refusal(request, error)
    response = _page(answer) if _is_page(request) else _enveloped(request, answer)
    response.refusal = error.code  # type: ignore[attr-defined]
    return response


def _enveloped(request: HttpRequest, answer: Refusal) -> HttpResponse:
    family = family_of(request.method or "GET", request.path)
    return HttpResponse(
        orjson.dumps(family.envelope(answer)),
        status=answer.status,
        headers=dict(answer.headers),
        content_type=family.content_type,
    )


def as_domain_error(error: Exception, *, method: str) -> DomainError | None:  # noqa: C901, PLR0911 - a table
    """What an exception means to the client; None for what should not have happened."""
    match error:
        case DomainError():
            return error
        case drf.ValidationError():
            return InvalidInputError(_flatten(error.detail))
        case Http404() | drf.NotFound() | InvalidPage():
            return NotFoundError()
        case drf.MethodNotAllowed():
            return MethodNotAllowedError(method=method)
        case drf.UnsupportedMediaType():
            return UnsupportedMediaTypeError()
        case RequestDataTooBig():
            return BodyTooLargeError()
        case SuspiciousOperation():  # more than a thousand parameters, a host name that is none
            return BadRequestError()
        case drf.NotAuthenticated():
            return MissingTokenError()
        case drf.AuthenticationFailed():
            return UnauthenticatedError()
        case DataError():  # what no check before it caught: a NUL, a number or a text that does not fit
            return BadRequestError()
        case NotSupportedError() if _is_outdated_plan(error):
            # A new connection keeps none.
            connection.close()
            return BusyError()
        case OperationalError() | InterfaceError() if is_passing(error):
            logger.warning("Answering 503: %s", type(error.__cause__ or error).__name__)
            return BusyError()
    return None


def catalogue() -> list[type[DomainError]]:
    """Every refusal that the platform knows, by its code. What is not loaded can't be raised either."""

    def below(error: type[DomainError]) -> Iterator[type[DomainError]]:
        for child in error.__subclasses__():
            yield child
            yield from below(child)

    return sorted(set(below(DomainError)) - {EdgeError}, key=lambda error: error.code)


def is_passing(error: Exception) -> bool:
    """Whether a database error will be gone soon: a lock, a restart, a lost connection."""
    state = sqlstate(error)
    return state is None or state in RETRYABLE or state == LOCK_TIMEOUT or state[:2] in {"08", "53", "57"}


def _is_outdated_plan(error: Exception) -> bool:
    """Whether a migration has changed the columns under a kept plan. Its SQLSTATE is also that of statements that
    Postgres will never run, so the place that raises it counts (PostgreSQL, utils/cache/plancache.c)."""
    return getattr(getattr(error.__cause__, "diag", None), "source_function", None) == "RevalidateCachedQuery"


def sqlstate(error: BaseException) -> str | None:
    """The SQLSTATE of a database error; None when the connection broke before there was one."""
    return getattr(error.__cause__, "sqlstate", None)


def _refusal(request: Any, error: DomainError) -> Refusal:
    family = family_of(request.method, request.path)
    return Refusal(
        status=_status(family, error),
        code=family.code_of(error.code),
        message=str(error),
        fields=error.fields,
        causes=[(family.code_of(cause.code), str(cause)) for cause in error.causes],
        headers=_headers(error),
        path=request.path,
        request_id=getattr(request, "request_id", ""),
    )


def _headers(error: DomainError) -> Mapping[str, str]:
    """The error's own, and `Retry-After` where its data says when."""
    headers = error.headers if isinstance(error, EdgeError) else {}
    return {**headers, "Retry-After": str(error.data["retry_after"])} if "retry_after" in error.data else headers


def _status(family: Family, error: DomainError) -> int:
    if isinstance(error, InvalidInputError):
        return family.invalid_status
    return error.status if isinstance(error, EdgeError) else family.status_of(error.kind)


def _flatten(detail: Any, prefix: str = "") -> dict[str, list[str]]:
    """DRF's nested details as one level: `exceptions.0.date` → texts."""
    if isinstance(detail, dict):
        flat: dict[str, list[str]] = {}
        for name, value in detail.items():
            key = prefix if name == "non_field_errors" else f"{prefix}.{name}".lstrip(".")
            flat |= _flatten(value, key)
        return flat
    if isinstance(detail, list) and any(isinstance(item, dict | list) for item in detail):
        return {
            name: texts
            for index, item in enumerate(detail)
            if item
            for name, texts in _flatten(item, f"{prefix}.{index}").items()
        }
    texts = detail if isinstance(detail, list) else [detail]
    return {prefix or "body": [str(text) for text in texts]}


def handler400(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, as_domain_error(exception, method=request.method or "") or BadRequestError())


def handler403(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    return render(request, ForbiddenError())


def handler404(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    return render(request, NotFoundError())


def handler500(request: HttpRequest) -> HttpResponse:
    return render(request, InternalError())


def _is_page(request: HttpRequest) -> bool:
    """Whether a person looks at the answer: anything but the API and the tokens."""
    if request.path == "/oauth/authorize":
        return True
    return not request.path.startswith(("/v1/", "/oauth/", "/openapi/", "/.well-known/", "/mail-reports/"))


def _page(answer: Refusal) -> HttpResponse:
    page = HttpResponse(
        render_to_string("error.html", {"answer": answer}), status=answer.status, headers=dict(answer.headers)
    )
    # What django-csp's decorator does for a view.
    page._csp_config = PAGE  # type: ignore[attr-defined]  # noqa: SLF001
    return page


__all__ = ["exception_handler", "handler400", "handler403", "handler404", "handler500", "render"]
