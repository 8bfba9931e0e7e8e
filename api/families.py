"""The families of endpoints: which status and which envelope a refusal has.

Four families keep the wire format of the API that they come from (tests/contracts/*.yaml); everything
else is the platform's own and answers RFC 9457 problem details. The family of a request follows from
its method and path alone, so that an error before any view has the right envelope too.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tenants.errors import Kind

_STATUSES: Mapping[Kind, int] = {
    Kind.INVALID: 400,
    Kind.FORBIDDEN: 403,
    Kind.NOT_FOUND: 404,
    Kind.CONFLICT: 409,
    Kind.STATE: 409,
    Kind.STALE: 412,
    Kind.LIMITED: 429,
    Kind.UNAVAILABLE: 503,
}


@dataclass(frozen=True, slots=True)
class Refusal:
    """An error on its way out, before a family gives it its form."""

    status: int
    code: str
    message: str
    # Which fields of the input are wrong, and how.
    fields: Mapping[str, list[str]] = field(default_factory=dict)
    # What is in the way beside, each as code and message.
    causes: Sequence[tuple[str, str]] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    path: str = ""
    request_id: str = ""


@dataclass(frozen=True, slots=True)
class Family:
    name: str
    envelope: Callable[[Refusal], dict[str, Any]]
    content_type: str = "application/json"
    statuses: Mapping[Kind, int] = field(default_factory=dict)
    # The status of a body with wrong fields.
    invalid_status: int = 400
    # Codes that the family's contract publishes under a name of its own, by ours.
    codes: Mapping[str, str] = field(default_factory=dict)

    def status_of(self, kind: Kind) -> int:
        return self.statuses.get(kind, _STATUSES[kind])

    def code_of(self, code: str) -> str:
        return self.codes.get(code, code)


def _loop(refusal: Refusal) -> dict[str, Any]:
    body: dict[str, Any] = {"error": refusal.code, "message": refusal.message}
    if refusal.status == 401:  # noqa: PLR2004
        body["error_description"] = refusal.message
    return body


def _leko(refusal: Refusal) -> dict[str, Any]:
    errors = [
        {"code": code, "message": message, "endpoint": refusal.path, "requestId": refusal.request_id}
        for code, message in [(refusal.code, refusal.message), *refusal.causes]
    ]
    return errors[0] if refusal.status == 404 else {"errors": errors}  # noqa: PLR2004


def _upvio(refusal: Refusal) -> dict[str, Any]:
    return {"error": {"code": refusal.status, "title": refusal.message}}


def _flextell(refusal: Refusal) -> dict[str, Any]:
    body: dict[str, Any] = {"error": refusal.code, "message": refusal.message}
    if refusal.fields:
        body["errors"] = dict(refusal.fields)
    return body


def _problem(refusal: Refusal) -> dict[str, Any]:
    body: dict[str, Any] = {
        "type": f"/docs/errors#{refusal.code}",
        "title": refusal.code.replace("_", " ").capitalize(),
        "status": refusal.status,
        "code": refusal.code,
        "detail": refusal.message,
        "request_id": refusal.request_id,
    }
    if refusal.fields:
        body["errors"] = dict(refusal.fields)
    return body


def _oauth(refusal: Refusal) -> dict[str, Any]:
    """RFC 6749, 5.2: what is wrong with the request is `invalid_request`, whatever else it is called elsewhere."""
    code = {500: "server_error", 503: "temporarily_unavailable"}.get(refusal.status, refusal.code)
    if refusal.status in {400, 404, 405, 411, 413, 415}:
        code = "invalid_request"
    return {"error": code, "error_description": refusal.message}


LOOP = Family("loop", _loop, statuses={Kind.STATE: 412})
LEKO = Family("leko", _leko, statuses={Kind.STATE: 400, Kind.CONFLICT: 400}, codes={"validation_error": "validation"})
UPVIO = Family("upvio", _upvio)
FLEXTELL = Family("flextell", _flextell, invalid_status=422)
PLATFORM = Family("platform", _problem, content_type="application/problem+json")

# Not one of the API's: it has no operations to document.
OAUTH = Family("oauth", _oauth)

FAMILIES = (LOOP, LEKO, UPVIO, FLEXTELL, PLATFORM)

# First match wins.
_PATHS: list[tuple[re.Pattern[str], Family]] = [
    (re.compile(pattern), family)
    for pattern, family in [
        (r"\w+ /oauth/(token|revoke|introspect)$", OAUTH),
        (r"\w+ /v1/(coaches|visits|providers)(/|$)", LOOP),
        (r"\w+ /v1/bookings/me$", LOOP),
        (r"DELETE /v1/bookings/user-data$", LEKO),
        (r"DELETE /v1/bookings/[^/]*$", LOOP),
        # Of coaches' bookings; those of events have PATCH and other words.
        (r"POST /v1/bookings/[^/]*/(reschedule|complete|no-show)$", LOOP),
        (r"\w+ /v1/(bookings|events|waiting|histories|sports|addresses|dispute-reasons)(/|$)", LEKO),
        (r"\w+ /v1/businesses(/|$)", UPVIO),
        (r"\w+ /v1/(appointments|appointment-reminders|rooms|treatments|treatment-groups)(/|$)", FLEXTELL),
        (r"\w+ /v1/(customers|doctors|assistants|settings|tenant)(/|$)", FLEXTELL),
    ]
]


def family_of(method: str, path: str) -> Family:
    """The family that answers a request."""
    wanted = f"{method} {path}"
    for pattern, family in _PATHS:
        if pattern.match(wanted):
            return family
    return PLATFORM
