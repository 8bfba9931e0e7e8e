"""The headers of requests and answers that are the same for every operation."""

from typing import Any

from api import errors
from tenants.errors import DomainError

_TAG = r'(W/)?"[^"]*"'
_TAG_LIST = rf"^({_TAG})(\s*,\s*({_TAG}))*$"
_BIGINT = 2**63 - 1


def _header(name: str, description: str, **schema: Any) -> dict[str, Any]:
    return {"name": name, "in": "header", "required": False, "description": description, "schema": schema}


TENANT = {
    **_header(
        "X-Tenant",
        "The tenant's number. Where the host name names the tenant already, leave it out or let both agree.",
        type="integer",
        minimum=1,
        maximum=_BIGINT,
    ),
    "example": 1001,
}
IDEMPOTENCY_KEY = _header(
    "Idempotency-Key",
    "A new one for each request, such as a UUID. Repeating the request with it within 24 hours answers what the "
    "first one got, and does nothing twice.",
    type="string",
    minLength=1,
    maxLength=255,
    pattern="^[!-~]([ -~]*[!-~])?$",
)
IF_NONE_MATCH = _header("If-None-Match", "The ETag of what you have already: then 304 without a body.", type="string")
IF_MATCH = _header("If-Match", "The ETag of the version that is wanted. Another version now: 412.", type="string")
IF_MATCH_SCHEMA = {"type": "string", "pattern": rf"^\*$|{_TAG_LIST}"}


def _answer(description: str, *, required: bool = False, **schema: Any) -> dict[str, Any]:
    return {"description": description, "required": required, "schema": schema}


# The components by their names.
ANSWERS: dict[str, dict[str, Any]] = {
    "RequestId": _answer(
        "Names the request in our logs: yours, if you sent a well-formed one.",
        required=True,
        type="string",
        pattern="^[A-Za-z0-9._:-]{1,128}$",
    ),
    "Traceparent": _answer(
        "W3C trace context. A trace that you began goes on.",
        required=True,
        type="string",
        pattern="^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$",
    ),
    "ETag": _answer("The version, for If-Match and If-None-Match.", required=True, type="string", pattern='^"[0-9]+"$'),
    "IdempotentReplayed": _answer(
        "This is the answer that the first request with this Idempotency-Key got.", type="string", enum=["true"]
    ),
    "RetryAfter": _answer("After so many seconds the same request may succeed.", type="integer", minimum=1),
    "RateLimit": _answer("How many requests you may send at once.", type="integer", minimum=1),
    "RateRemaining": _answer("How many of them are left.", type="integer", minimum=0),
    "RateReset": _answer("After so many seconds all of them are there again.", type="integer", minimum=0),
    "Challenge": _answer("What the token lacks (RFC 6750).", required=True, type="string", pattern="^Bearer "),
    "ScopeChallenge": _answer(
        "With insufficient_scope: the scope that the token lacks (RFC 6750).", type="string", pattern="^Bearer "
    ),
}
_EVERYWHERE = {
    "X-Request-Id": "RequestId",
    "traceparent": "Traceparent",
    "X-RateLimit-Limit": "RateLimit",
    "X-RateLimit-Remaining": "RateRemaining",
    "X-RateLimit-Reset": "RateReset",
}


def answer_headers(*, writes: bool, versioned: bool = False) -> dict[str, Any]:
    """The headers of an answer that is no refusal."""
    names = dict(_EVERYWHERE)
    if versioned:
        names["ETag"] = "ETag"
    if writes:
        names["Idempotent-Replayed"] = "IdempotentReplayed"
    return _refer(names)


def refusal_headers(status: int, group: list[type[DomainError]], *, writes: bool) -> dict[str, Any]:
    """The headers of a refusal, whatever of `group` it is."""
    names = dict(_EVERYWHERE)
    sent = {name for error in group if issubclass(error, errors.EdgeError) for name in error.headers}
    if "Retry-After" in sent or errors.RateLimitedError in group:
        names["Retry-After"] = "RetryAfter"
    if status == 401:  # noqa: PLR2004
        names["WWW-Authenticate"] = "Challenge"
    elif errors.InsufficientScopeError in group:
        names["WWW-Authenticate"] = "ScopeChallenge"
    if writes and any(not issubclass(error, errors.EdgeError) for error in group) and status != 403:  # noqa: PLR2004
        names["Idempotent-Replayed"] = "IdempotentReplayed"
    return _refer(names)


def _refer(names: dict[str, str]) -> dict[str, Any]:
    return {name: {"$ref": f"#/components/headers/{component}"} for name, component in names.items()}
