"""What is counted in each process, and where it is kept so that one port can show all of them.

Every process writes its numbers to a file of its own under DATA/metrics (prometheus_client's multiprocess mode);
`manage.py metrics` adds them up (docs/adr/0012). No label holds what a client may choose.
"""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


def folder() -> Path:
    """Where the processes of this machine write: PROMETHEUS_MULTIPROC_DIR, else DATA/metrics."""
    return Path(os.environ.get("PROMETHEUS_MULTIPROC_DIR") or settings.DATA_DIR / "metrics")


class Metrics:
    """All of them. `labels(...)` of each is looked up once per combination and kept."""

    def __init__(self) -> None:
        # Before the import: prometheus_client looks at it then, and writes to no file without it.
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder())
        folder().mkdir(parents=True, exist_ok=True)
        from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram  # noqa: PLC0415

        registry = CollectorRegistry()  # theirs knows this process alone
        own: dict[str, Any] = {"namespace": "slotkeeper", "registry": registry}
        self.requests = Counter(
            "http_requests", "Requests answered.", ["method", "route", "family", "status", "code"], **own
        )
        self.duration = Histogram(
            "http_request_duration_seconds",
            "Seconds from a request's arrival in its process to its answer.",
            ["method", "route", "family"],
            buckets=BUCKETS,
            **own,
        )
        self.busy = Gauge(
            "http_requests_in_progress",
            "Requests being answered now: the web processes that are busy, for each answers one at a time.",
            multiprocess_mode="livesum",
            **own,
        )
        self.bookings = Counter(
            "bookings", "Answers to requests that take time.", ["family", "outcome", "reason"], **own
        )
        self.replays = Counter("idempotent_replays", "Answers given again by Idempotency-Key.", ["family"], **own)
        self.tasks = Counter("tasks", "Tasks run.", ["task", "outcome"], **own)
        self.task_duration = Histogram(
            "task_duration_seconds", "Seconds that a task ran.", ["task"], buckets=BUCKETS, **own
        )
        self.messages = Counter(
            "messages_handled", "Messages a worker dealt with.", ["event", "channel", "state"], **own
        )
        self.sweep = Gauge(
            "sweep_timestamp_seconds",
            "When the last sweep for due messages ended, in seconds since 1970.",
            multiprocess_mode="max",
            **own,
        )


_metrics: Metrics | None = None


def record(what: Callable[[Metrics], None]) -> None:
    """Counts, unless SLOTKEEPER_METRICS is off. A full disk stops no booking: what can't be counted is not."""
    global _metrics  # noqa: PLW0603 - made on first use: a command that counts nothing leaves no file
    if not settings.METRICS:
        return
    try:
        if _metrics is None:
            _metrics = Metrics()
        what(_metrics)
    except OSError:
        return
