"""`manage.py metrics`: the port for Prometheus, apart from the public one."""

import signal
import threading
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection


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

        # A database that is away must be seen to be away, soon.
        connection.settings_dict["OPTIONS"]["connect_timeout"] = 3
        processes = Processes(folder())
        processes.forget_the_dead()
        registry = CollectorRegistry()
        registry.register(processes)
        registry.register(Platform())
        try:
            server, thread = start_http_server(port, addr=host, registry=registry)
        except OSError as error:
            raise CommandError(f"Nobody can listen on {host}:{port}: {error.strerror}. Choose --port.") from error
        self.stdout.write(f"metrics http://{host}:{port}/metrics")
        if not settings.METRICS:
            self.stdout.write("SLOTKEEPER_METRICS is off: requests and tasks are not counted.")
        _wait_until_stopped()
        server.shutdown()
        thread.join(2)


def _wait_until_stopped() -> None:
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    stopped.wait()
