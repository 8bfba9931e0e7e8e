"""`manage.py metrics`: the port for Prometheus, apart from the public one."""

import os
import signal
from argparse import ArgumentParser
from typing import Any

import structlog
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

logger = structlog.get_logger(__name__)

_ENDS = (signal.SIGINT, signal.SIGTERM)


class Command(BaseCommand):
    help = "Serves metrics for Prometheus until it is stopped. Whoever reaches the port reads them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default 127.0.0.1)")
        parser.add_argument("--port", type=int, default=9464, help="port to listen on (default 9464)")

    def handle(self, *, host: str, port: int, **_: Any) -> None:
        from prometheus_client import CollectorRegistry, start_http_server  # noqa: PLC0415 - for this command alone

        from config.metrics.platform import Platform  # noqa: PLC0415
        from config.metrics.processes import Processes  # noqa: PLC0415
        from tenants.telemetry.metrics import folder  # noqa: PLC0415

        # Before the threads there are: blocked in all of them, a signal waits for `sigwait` wherever it arrives. A
        # handler would wait for the main thread, which one that another thread received doesn't wake.
        signal.pthread_sigmask(signal.SIG_BLOCK, _ENDS)
        # A database that is away must be seen to be away, soon.
        connection.settings_dict["OPTIONS"]["connect_timeout"] = 3
        processes = Processes(folder())
        processes.forget_the_dead()
        registry = CollectorRegistry()
        registry.register(processes)
        registry.register(Platform())
        try:
            start_http_server(port, addr=host, registry=registry)
        except OSError as error:
            raise CommandError(f"Nobody can listen on {host}:{port}: {error.strerror}. Choose --port.") from error
        logger.info("metrics are served", url=f"http://{host}:{port}/metrics")
        if not settings.METRICS:
            logger.warning("SLOTKEEPER_METRICS is off: requests and tasks are not counted.")
        signal.sigwait(_ENDS)
        # At once, whatever is being asked just now: there is nothing to finish and nothing to keep.
        os._exit(0)
