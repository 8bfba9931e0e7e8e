"""Celery's part: each task logged and counted, under its tenant and the id of the request that sent it."""

import logging.config
import time
from typing import Any

import structlog
from celery import signals
from django.conf import settings
from structlog.contextvars import bind_contextvars, clear_contextvars, get_contextvars

from tenants.telemetry import tracing, work
from tenants.telemetry.metrics import Metrics, record

logger = structlog.get_logger(__name__)

REQUEST_ID = "slotkeeper_request_id"
# When the task was sent, in seconds since 1970: how old the queue's head is (config.metrics).
SENT_AT = "slotkeeper_sent_at"

_started: dict[str, float] = {}


def connect() -> None:
    """Listens to Celery's signals in this process."""
    signals.setup_logging.connect(_set_up_logging)
    signals.before_task_publish.connect(_on_publish)
    signals.task_prerun.connect(_on_start)
    signals.task_postrun.connect(_on_end)
    signals.task_failure.connect(_on_failure)
    signals.worker_process_init.connect(_on_process)
    signals.worker_process_shutdown.connect(_on_process_end)


def _set_up_logging(**_: Any) -> None:
    # That somebody does is enough for Celery to leave logging alone.
    logging.config.dictConfig(settings.LOGGING)


def _on_publish(headers: dict[str, Any] | None = None, **_: Any) -> None:
    if headers is not None:
        headers[SENT_AT] = time.time()
        if request_id := work.request_id():
            headers[REQUEST_ID] = request_id


def _on_start(task_id: str, task: Any, **_: Any) -> None:
    clear_contextvars()
    headers = task.request.headers or {}
    bind_contextvars(task=task.name, task_id=task_id)
    if request_id := headers.get(REQUEST_ID):
        bind_contextvars(request_id=request_id)
    _started[task_id] = time.perf_counter()


def _on_failure(exception: BaseException, **_: Any) -> None:
    # The exception without its text, which Celery's own line would show.
    logger.error("task failed", error=type(exception).__qualname__, exc_info=exception)


def _on_end(task_id: str, task: Any, state: str | None = None, **_: Any) -> None:
    seconds = time.perf_counter() - _started.pop(task_id, time.perf_counter())
    outcome = (state or "unknown").lower()

    def count(metrics: Metrics) -> None:
        metrics.tasks.labels(task.name, outcome).inc()
        metrics.task_duration.labels(task.name).observe(seconds)

    record(count)
    # What beat starts every two seconds, in no tenant, is no news.
    say = logger.debug if outcome == "success" and "tenant" not in get_contextvars() else logger.info
    say("task", outcome=outcome, duration_ms=round(seconds * 1000, 1))
    clear_contextvars()


def _on_process(**_: Any) -> None:
    if tracing.is_configured():
        from tenants.telemetry.otel import set_up  # noqa: PLC0415 - costs nothing where it is off

        set_up("slotkeeper-worker")


def _on_process_end(**_: Any) -> None:
    if tracing.is_on():
        from opentelemetry import trace  # noqa: PLC0415

        trace.get_tracer_provider().shutdown()  # type: ignore[attr-defined]
