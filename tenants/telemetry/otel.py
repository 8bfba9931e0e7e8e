"""OpenTelemetry in this process. Imported only where it is configured.

Called after the fork: the exporter's thread and its locks do not survive one.
"""

import os
from collections.abc import Sequence
from multiprocessing.util import Finalize

from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.instrumentation.celery import CeleryInstrumentor
from opentelemetry.instrumentation.psycopg import PsycopgInstrumentor
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult

from tenants.telemetry import tracing
from tenants.telemetry.hygiene import cleaned


class CleanExporter(SpanExporter):
    """Hands on what `tenants.telemetry.hygiene` lets out. In the exporter's thread, so no request waits for it."""

    def __init__(self, inner: SpanExporter) -> None:
        self._inner = inner

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        return self._inner.export([cleaned(span) for span in spans])

    def shutdown(self) -> None:
        self._inner.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        return self._inner.force_flush(timeout_millis)


def set_up(service: str) -> TracerProvider:
    """Switches tracing on; `service` names the kind of process unless OTEL_SERVICE_NAME does.

    Endpoint, headers, sampler and limits are OpenTelemetry's own variables.
    """
    named = os.environ.get("OTEL_SERVICE_NAME")
    provider = TracerProvider(resource=Resource.create({"service.name": named or service}), shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(CleanExporter(OTLPSpanExporter())))
    trace.set_tracer_provider(provider)
    instrument(provider)
    # A child of multiprocessing runs these when it ends, and no `atexit`; a plain process runs them too.
    Finalize(None, provider.shutdown, exitpriority=10)
    return provider


def instrument(provider: TracerProvider) -> None:
    """Spans of our own, of each SQL statement, of tasks sent and run, all to `provider`."""
    tracing.use(provider.get_tracer("slotkeeper"))
    PsycopgInstrumentor().instrument(tracer_provider=provider, skip_dep_check=True)
    CeleryInstrumentor().instrument(tracer_provider=provider, skip_dep_check=True)  # type: ignore[no-untyped-call]


def uninstrument() -> None:
    """For tests: as before `instrument`. Connections that are open stay as they are."""
    tracing.use(None)
    PsycopgInstrumentor().uninstrument()
    CeleryInstrumentor().uninstrument()  # type: ignore[no-untyped-call]


__all__ = ["CleanExporter", "instrument", "set_up", "uninstrument"]
