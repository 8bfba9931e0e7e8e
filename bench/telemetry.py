"""What logs, metrics and traces cost a booking.

    bin/bench telemetry [--rounds 12] [--bookings 40]

Bookings of free slots in one process, through all middleware and committed, in rounds that take turns:
without the middleware and without a log; with the log; with the log and metrics; with traces as well, whose
exporter throws them away. Told is the processor time of the web process, without Postgres: other work on the machine
does not count in it. What differs is the median of the rounds' differences, because the
machine's speed drifts by more than what is measured.
"""

import argparse
import io
import logging
import os
import tempfile
import time
from collections.abc import Callable
from contextlib import nullcontext
from datetime import time as wall_time
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import Any

import django

django.setup()

from django.conf import settings  # noqa: E402 - after the setup
from django.test import Client, override_settings  # noqa: E402

from tenants.resolution import resolve  # noqa: E402
from tenants.telemetry import tracing  # noqa: E402
from tenants.telemetry.logs import formatter  # noqa: E402
from tests.support import cast  # noqa: E402
from tests.support.database import drop_template  # noqa: E402
from tests.support.http import Rest  # noqa: E402
from tests.support.live import live  # noqa: E402

HOST = "north.test"
WITHOUT = [name for name in settings.MIDDLEWARE if not name.endswith("TelemetryMiddleware")]
KINDS = ("nothing", "log", "log, metrics", "log, metrics, traces")


class NoBlocker:
    """pytest-django guards the database; outside of pytest nothing does."""

    def unblock(self) -> Any:
        return nullcontext()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=12)
    parser.add_argument("--bookings", type=int, default=40, help="in each round, of each kind")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, live(f"bench_{os.getpid()}", Path(folder), NoBlocker()) as platform:
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder
        try:
            with platform.inside(HOST):
                compare(rounds=options.rounds, bookings=options.bookings)
        finally:
            drop_template()


def compare(*, rounds: int, bookings: int) -> None:
    book = _booker()
    _log_into_memory()
    seconds: dict[str, list[float]] = {kind: [] for kind in KINDS}
    for number in range(rounds + 1):
        for kind in KINDS if number % 2 else KINDS[::-1]:
            taken = _round(kind, book, bookings)
            if number:  # the first one warms up
                seconds[kind].append(taken)
    plain = seconds["nothing"]
    print(f"{'':<22} ms per booking   more than nothing")
    for kind in KINDS:
        more = [with_it - without for with_it, without in zip(seconds[kind], plain, strict=True)]
        print(
            f"{kind:<22} {median(seconds[kind]) * 1000:14.3f}   {median(more) * 1e6:8.0f} µs"
            f"   {100 * median(more) / median(plain):5.1f} %"
        )


def _round(kind: str, book: Callable[[], None], count: int) -> float:
    """Median seconds of processor time of a booking."""
    logging.disable(logging.CRITICAL if kind == "nothing" else logging.NOTSET)
    with override_settings(METRICS="metrics" in kind, MIDDLEWARE=WITHOUT if kind == "nothing" else settings.MIDDLEWARE):
        _trace("traces" in kind)
        REST.django = Client(raise_request_exception=False)
        taken = []
        for _ in range(count):
            begun = time.process_time()
            book()
            taken.append(time.process_time() - begun)
    return median(taken)


REST: Rest


def _booker() -> Callable[[], None]:
    global REST  # noqa: PLW0603 - one script, one client
    tenant = resolve(host=HOST, number=None)
    coaches = [cast.make_coach(f"Coach{n}") for n in range(64)]
    for coach in coaches:
        cast.make_office_hour(coach, start_time=wall_time(0), end_time=wall_time(0), duration_minutes=30)
    REST = Rest(tenant, cast.make_token(user=cast.make_user(cast.make_client())))  # type: ignore[arg-type]
    first = cast.tomorrow_at(0, days=2)
    places = ((coach, first + timedelta(minutes=30 * n)) for n in range(10_000) for coach in coaches)

    def book() -> None:
        coach, slot = next(places)
        answer = REST.post(f"/v1/coaches/{coach.person_id}/bookings", {"slot_at": slot.isoformat()})
        if answer.status_code != 201:
            raise RuntimeError(answer.content)

    return book


def _log_into_memory() -> None:
    handler = logging.StreamHandler(io.StringIO())
    handler.setFormatter(formatter("json"))
    logging.getLogger().handlers = [handler]


def _trace(wanted: bool) -> None:  # noqa: FBT001
    from django.db import connection  # noqa: PLC0415
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415 - for one of the kinds
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter  # noqa: PLC0415

    from tenants.telemetry import otel  # noqa: PLC0415

    if wanted == tracing.is_on():
        return
    connection.close()  # the next one is opened with its statements traced, or without
    if not wanted:
        otel.uninstrument()
        return
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(otel.CleanExporter(InMemorySpanExporter())))
    otel.instrument(provider)


if __name__ == "__main__":
    main()
