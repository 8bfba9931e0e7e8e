"""Spans, as far as the apps need to know. Off unless configured, and then nothing of OpenTelemetry is imported.

`tenants.telemetry.otel.set_up` switches it on in a process, after the fork.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from opentelemetry.trace import Span, Tracer

Attributes = Mapping[str, str | int | float | bool | None]

_ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
_tracer: "Tracer | None" = None


def is_configured(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether OpenTelemetry's own variables ask for traces: an OTLP endpoint, and no word against it."""
    if environment.get("OTEL_SDK_DISABLED", "").lower() == "true":
        return False
    if environment.get("OTEL_TRACES_EXPORTER", "otlp") != "otlp":
        return False
    return any(environment.get(name) for name in _ENDPOINTS)


def use(tracer: "Tracer | None") -> None:
    """From now on spans are made by `tracer`; by nobody when it is None."""
    global _tracer  # noqa: PLW0603 - one per process, as OpenTelemetry has it
    _tracer = tracer


def is_on() -> bool:
    return _tracer is not None


def server_span(name: str, *, parent: str | None) -> "AbstractContextManager[Span | None]":
    """The span of a request, below the W3C `traceparent` that came with it."""
    return nullcontext() if _tracer is None else _continued(name, parent, kind="SERVER", attributes={})


def caused_span(name: str, *, cause: str | None, **attributes: Any) -> "AbstractContextManager[Span | None]":
    """A span in the trace of the request that caused it, where that is known; linked to what runs it now."""
    return nullcontext() if _tracer is None else _continued(name, cause, kind="CONSUMER", attributes=attributes)


def span(name: str, *, kind: str = "INTERNAL", **attributes: Any) -> "AbstractContextManager[Span | None]":
    """A span below the current one."""
    return nullcontext() if _tracer is None else _continued(name, None, kind=kind, attributes=attributes)


def traceparent() -> str | None:
    """The current span for those who come later (W3C `traceparent`); None when nothing is traced."""
    if _tracer is None:
        return None
    from opentelemetry import trace  # noqa: PLC0415 - only where tracing is on

    context = trace.get_current_span().get_span_context()
    if not context.is_valid:
        return None
    return f"00-{context.trace_id:032x}-{context.span_id:016x}-{int(context.trace_flags):02x}"


@contextmanager
def _continued(name: str, parent: str | None, *, kind: str, attributes: Attributes) -> "Iterator[Span]":
    from opentelemetry import trace  # noqa: PLC0415 - only where tracing is on
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator  # noqa: PLC0415

    context, links = None, []
    if parent:
        context = TraceContextTextMapPropagator().extract({"traceparent": parent})
        here = trace.get_current_span().get_span_context()
        links = [trace.Link(here)] if here.is_valid else []
    tracer = _tracer or trace.get_tracer(__name__)
    started = tracer.start_span(
        name,
        context=context,
        kind=trace.SpanKind[kind],
        links=links,
        attributes={key: value for key, value in attributes.items() if value is not None},
    )
    # Its text may hold values: the type is enough (tenants.telemetry.failures).
    with trace.use_span(started, end_on_exit=True, record_exception=False, set_status_on_exception=False):
        try:
            yield started
        except BaseException as error:
            started.set_attribute("error.type", type(error).__qualname__)
            started.set_status(trace.StatusCode.ERROR)
            raise
