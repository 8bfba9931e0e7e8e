"""One format for all loggers: ours, Django's, Celery's and granian's.

JSON lines where machines read, plain lines where people do. A line says when (UTC), how bad, who speaks, what
happened, and of the work that was under way: tenant, request id, trace id, principal.
"""

import logging
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import orjson
import structlog
from structlog.typing import EventDict, WrappedLogger

from tenants.telemetry import failures, tracing
from tenants.telemetry.redaction import redact
from tenants.telemetry.work import principal_key

_FIRST = ("timestamp", "level", "logger", "event")


def formatter(style: str = "json", *, texts_of_errors: bool = False) -> logging.Formatter:
    """For `logging.config`. `texts_of_errors` shows what exceptions say: for a developer's own machine."""
    before: list[Any] = [
        structlog.contextvars.merge_contextvars,
        _tenant,
        _principal,
        _trace,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        _timestamp,
    ]
    # On the way in our own loggers keep the fields apart; what libraries say passes the same processors.
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *before,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=before,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            _exception(with_text=texts_of_errors),
            _as_json if style == "json" else _as_text,
        ],
    )


def _tenant(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
    """The tenant whose schema this thread is in; a line that names one itself keeps it."""
    from django.db import connection  # noqa: PLC0415 - logging is set up before Django is

    if "tenant" not in event and (slug := getattr(getattr(connection, "tenant", None), "slug", None)):
        event["tenant"] = slug
    return event


def _principal(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
    request = event.pop("request", None)
    if "principal" not in event and (key := principal_key(request)):
        event["principal"] = key
    return event


def _trace(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
    """The trace that the line belongs to: the current span's, else the one that the request was given."""
    if current := tracing.traceparent():
        event["trace_id"] = current.split("-")[1]
    return event


def _timestamp(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
    event["timestamp"] = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return event


def _exception(*, with_text: bool) -> Callable[[WrappedLogger, str, EventDict], EventDict]:
    def describe(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
        given = event.pop("exc_info", None)
        if given is True:  # the exception that is being handled: structlog's `exception`
            given = sys.exc_info()
        error = given[1] if isinstance(given, tuple) else given
        if isinstance(error, BaseException):
            event["exception"] = failures.describe(error, with_text=with_text)
        event.pop("stack_info", None)
        return event

    return describe


def _as_json(_logger: WrappedLogger, _name: str, event: EventDict) -> str:
    ordered = {**{name: event[name] for name in _FIRST if name in event}, **event}
    return redact(orjson.dumps(ordered, default=_unknown, option=orjson.OPT_NON_STR_KEYS).decode())


def _as_text(_logger: WrappedLogger, _name: str, event: EventDict) -> str:
    exception = event.pop("exception", None)
    when, level, logger, what = (event.pop(name, "") for name in _FIRST)
    fields = "".join(f" {name}={value}" for name, value in event.items() if value is not None)
    line = f"{when[11:19]} {level.upper()} {logger}: {what}{fields}"
    return redact(line if exception is None else f"{line}\n{failures.as_text(exception)}")


def _unknown(value: Any) -> str:
    """What is no plain value says its type alone: its text might be anybody's."""
    return f"<{type(value).__name__}>"
