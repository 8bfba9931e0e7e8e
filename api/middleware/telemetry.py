"""Each request in the log, in the metrics and, where configured, in a trace. Never its raw path or query."""

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import structlog
from django.http import HttpRequest, HttpResponse

from api.families import family_of
from tenants.telemetry import tracing, work
from tenants.telemetry.metrics import Metrics, record

logger = structlog.get_logger(__name__)

_PROBES = {"/livez", "/readyz"}
_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
# One label for whatever somebody may ask for in vain.
_UNMATCHED = "unmatched"


@dataclass(frozen=True, slots=True)
class Answer:
    """A request and its answer, in words of which there are only so many."""

    method: str
    route: str
    family: str
    status: int
    # Of the refusal, if it is one.
    code: str
    replayed: bool
    books: bool
    seconds: float


class TelemetryMiddleware:
    """Right below the one that names the request, so that nothing is answered outside of it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        begun = time.perf_counter()
        request_id: str = request.request_id  # type: ignore[attr-defined]
        with work.working_on(request_id=request_id, trace_id=_trace_id(request), request=request):
            if not tracing.is_on() or _is_quiet(request):
                return self._answer(request, begun, span=None)
            with tracing.server_span(request.method or "", parent=request.parent_trace) as span:  # type: ignore[attr-defined]
                request.traceparent = tracing.traceparent()  # type: ignore[attr-defined]
                return self._answer(request, begun, span=span)

    def _answer(self, request: HttpRequest, begun: float, *, span: Any) -> HttpResponse:
        record(lambda metrics: metrics.busy.inc())
        try:
            response = self.get_response(request)
        finally:
            record(lambda metrics: metrics.busy.dec())
        answer = _described(request, response, seconds=time.perf_counter() - begun)
        record(lambda metrics: _count(metrics, answer))
        _log(request, answer)
        if span is not None:
            _trace(span, request, answer)
        return response


def _described(request: HttpRequest, response: HttpResponse, *, seconds: float) -> Answer:
    method = request.method if request.method in _METHODS else "OTHER"
    match = request.resolver_match
    # One that is a regular expression catches what no other takes.
    known = match is not None and match.route and not match.route.startswith("^")
    route = f"/{match.route}" if match and known else _unrouted(request.path)
    view = match.func if match else None
    action = getattr(view, "actions", {}).get((request.method or "").lower())
    return Answer(
        method=method or "OTHER",
        route=route,
        family=_family(method or "OTHER", route),
        status=response.status_code,
        code=getattr(response, "refusal", ""),
        replayed="Idempotent-Replayed" in response,
        books=action in getattr(getattr(view, "cls", None), "books", ()),
        seconds=seconds,
    )


def _unrouted(path: str) -> str:
    if path in _PROBES or path == "/":
        return path
    return "/static/" if path.startswith("/static/") else _UNMATCHED


@lru_cache(maxsize=1000)
def _family(method: str, route: str) -> str:
    return family_of(method, route).name


@lru_cache(maxsize=10_000)
def _series(  # noqa: PLR0917 - what a cache can tell apart
    metrics: Metrics, method: str, route: str, family: str, status: int, code: str
) -> tuple[Any, Any]:
    """Looked up once: `labels` costs more than counting does."""
    return metrics.requests.labels(method, route, family, status, code), metrics.duration.labels(method, route, family)


def _count(metrics: Metrics, answer: Answer) -> None:
    requests, duration = _series(metrics, answer.method, answer.route, answer.family, answer.status, answer.code)
    requests.inc()
    duration.observe(answer.seconds)
    if answer.replayed:
        metrics.replays.labels(answer.family).inc()
    elif answer.books:
        taken = answer.status < 300  # noqa: PLR2004
        reason = "" if taken else answer.code or str(answer.status)
        metrics.bookings.labels(answer.family, "taken" if taken else "refused", reason).inc()


def _log(request: HttpRequest, answer: Answer) -> None:
    say = logger.debug if _is_quiet(request) and answer.status < 500 else logger.info  # noqa: PLR2004
    tenant = getattr(request, "tenant", None)
    say(
        "request",
        method=answer.method,
        route=answer.route,
        status=answer.status,
        **({"code": answer.code} if answer.code else {}),
        **({"replayed": True} if answer.replayed else {}),
        family=answer.family,
        duration_ms=round(answer.seconds * 1000, 1),
        # The schema has been left by now.
        **({"tenant": tenant.slug} if tenant else {}),
    )


def _trace(span: Any, request: HttpRequest, answer: Answer) -> None:
    tenant = getattr(request, "tenant", None)
    facts = {
        "http.request.method": answer.method,
        "http.route": answer.route,
        "http.response.status_code": answer.status,
        "slotkeeper.family": answer.family,
        "slotkeeper.code": answer.code or None,
        "slotkeeper.request_id": request.request_id,  # type: ignore[attr-defined]
        "slotkeeper.tenant": tenant.slug if tenant else None,
        "slotkeeper.schema": tenant.schema_name if tenant else None,
        "slotkeeper.principal": work.principal_key(request),
    }
    span.update_name(f"{answer.method} {answer.route}")
    span.set_attributes({name: value for name, value in facts.items() if value is not None})
    if answer.status >= 500:  # noqa: PLR2004
        from opentelemetry.trace import StatusCode  # noqa: PLC0415 - only where tracing is on

        span.set_status(StatusCode.ERROR)


def _is_quiet(request: HttpRequest) -> bool:
    """What probes and browsers ask for all the time."""
    return request.path in _PROBES or request.path.startswith("/static/")


def _trace_id(request: HttpRequest) -> str:
    return str(request.traceparent.split("-")[1])  # type: ignore[attr-defined]


def log_unexpected(**_: Any) -> None:
    """For Django's signal: an exception that no view and no refusal accounts for. DRF's views log their own."""
    logger.error("unexpected", exc_info=sys.exc_info())
