"""Names each request: `X-Request-Id` and W3C `traceparent`, in and out."""

import re
import secrets
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from tenants.ids import new_id

_REQUEST_ID = re.compile(r"[A-Za-z0-9._:-]{1,128}\Z")
# https://www.w3.org/TR/trace-context/#traceparent-header; all-zero ids are invalid.
_TRACEPARENT = re.compile(r"00-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-([0-9a-f]{2})\Z")


class RequestIdMiddleware:
    """Takes over a well-formed id and trace, else starts new ones: a bad header is never refused."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-Id", "")
        request_id = given if _REQUEST_ID.match(given) else str(new_id())
        trace = _TRACEPARENT.match(request.headers.get("traceparent", ""))
        trace_id, flags = trace.groups() if trace else (secrets.token_hex(16), "00")
        request.request_id = request_id  # type: ignore[attr-defined]
        request.parent_trace = trace[0] if trace else None  # type: ignore[attr-defined]
        # Where spans are made, TelemetryMiddleware puts the real one in its place.
        request.traceparent = f"00-{trace_id}-{secrets.token_hex(8)}-{flags}"  # type: ignore[attr-defined]
        response = self.get_response(request)
        response["X-Request-Id"] = request_id
        response["traceparent"] = request.traceparent  # type: ignore[attr-defined]
        return response
