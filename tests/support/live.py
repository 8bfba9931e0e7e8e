"""The platform as it runs in production: granian processes, Celery worker and beat, on a database of its own."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import httpx
import redis

from tests.support.database import ROOT, TEMPLATE, database, owner_connection


class Live:
    """A running platform. `start_*` may be called again after `stop`."""

    def __init__(self, *, database_name: str, database_url: str, folder: Path, blocker: Any) -> None:
        self.database_name = database_name
        self._blocker = blocker
        self.port = _free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.folder = folder
        self.mail = folder / "mail"
        self.environment = {
            **os.environ,
            "DATABASE_URL": database_url,
            "SLOTKEEPER_DATA": str(folder),
            "SLOTKEEPER_PORT": str(self.port),
            "PYTHONUNBUFFERED": "1",
        }
        self._processes: dict[str, subprocess.Popen[bytes]] = {}

    def sibling(self) -> "Live":
        """Another platform on the same database, with a port and settings of its own."""
        return Live(
            database_name=self.database_name,
            database_url=self.environment["DATABASE_URL"],
            folder=Path(tempfile.mkdtemp(dir=self.folder)),
            blocker=self._blocker,
        )

    def start_web(self, *, processes: int = 2, plain: bool = False) -> None:
        """As in production; `plain` for Django's WSGI application without the intake before it."""
        interface = (
            ["wsgi", "--blocking-threads", "1", "config.wsgi:application"]
            if plain
            else ["asginl", "--http", "1", "config.asgi:application"]
        )
        self._start(
            "web",
            "granian", "--host", "127.0.0.1", "--port", str(self.port), "--workers", str(processes), "--no-ws",
            "--interface", *interface,
        )  # fmt: skip
        self._wait(lambda: httpx.get(f"{self.url}/livez", timeout=2).status_code == 200, "the web")

    def start_worker(self, name: str = "worker") -> None:
        self._start(
            name, "celery", "-A", "config", "worker", "--concurrency", "2", "--without-gossip", "--without-mingle",
            "--loglevel", "INFO", "--queues", "celery,sending", "-n", f"{name}-{self.port}@%h",
        )  # fmt: skip
        self._wait(lambda: b"ready." in self.log(name), "the worker")

    def start_beat(self, name: str = "beat") -> None:
        self._start(name, "celery", "-A", "config", "beat", "-s", str(self.folder / f"{name}-schedule"), "--pidfile=")

    def log(self, name: str) -> bytes:
        return (self.folder / f"{name}.log").read_bytes()

    def pid(self, name: str) -> int:
        """The process that a part was started with."""
        return self._processes[name].pid

    @contextmanager
    def inside(self, host: str = "north.test") -> Iterator[None]:
        """Runs the block in this process, in the platform's database and in a tenant; what it writes stays."""
        from django.db import connection

        from tenants.context import use
        from tenants.resolution import forget, resolve

        before = connection.settings_dict["NAME"]
        with self._blocker.unblock():
            connection.close()
            connection.settings_dict["NAME"] = self.database_name
            forget()
            tenant = resolve(host=host, number=None)
            assert tenant is not None
            try:
                with use(tenant):
                    yield
            finally:
                connection.close()
                connection.settings_dict["NAME"] = before
                forget()

    def waits_for_a_lock(self) -> bool:
        """Whether somebody waits in the database for what another transaction has locked."""
        with owner_connection(self.database_name) as owner:
            waiting = owner.execute(
                "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
            )
            return waiting.fetchone() is not None

    def deadlocks(self) -> int:
        """How many the platform's database has had. Ends all its processes: a connection may keep what it counted to
        itself for some seconds, but not longer than it lives."""
        self.stop_all()
        with owner_connection(self.database_name) as owner:
            others = "SELECT FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            wait_until(lambda: owner.execute(others).fetchone() is None, "the connections to end")
            counted: Any = owner.execute(
                "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
            ).fetchone()
            return int(counted[0])

    def stop(self, name: str, *, how: signal.Signals = signal.SIGTERM) -> None:
        """Ends a part with all its child processes."""
        process = self._processes.pop(name)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, how)
        try:
            process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait(timeout=15)

    def stop_all(self) -> None:
        for name in list(self._processes):
            self.stop(name)

    def manage(self, *command: str) -> str:
        return subprocess.run(
            [sys.executable, "manage.py", *command],
            cwd=ROOT, env=self.environment, check=True, stdout=subprocess.PIPE, text=True,
        ).stdout.strip()  # fmt: skip

    def _start(self, name: str, module: str, *arguments: str) -> None:
        with (self.folder / f"{name}.log").open("ab") as log:
            self._processes[name] = subprocess.Popen(
                [sys.executable, "-m", module, *arguments],
                cwd=ROOT, env=self.environment, stdout=log, stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip

    def _wait(self, ready: Callable[[], bool], what: str, seconds: float = 60) -> None:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            with contextlib.suppress(httpx.TransportError):
                if ready():
                    return
            time.sleep(0.1)
        raise AssertionError(f"{what} did not start; see the logs in {self.folder}")


@contextmanager
def live(name: str, folder: Path, blocker: Any, *, template: str = TEMPLATE) -> Iterator[Live]:
    """A platform with nothing started yet, on a fresh copy of a template."""
    with interruptible(), database(name, template=template) as url:
        # Turns that a worker of an earlier test took and never gave back.
        with redis.Redis.from_url(os.environ["REDIS_URL"]) as valkey:
            valkey.flushdb()
        platform = Live(database_name=name, database_url=url, folder=folder, blocker=blocker)
        try:
            yield platform
        finally:
            platform.stop_all()


@contextmanager
def interruptible() -> Iterator[None]:
    """Lets SIGTERM unwind the block as Ctrl-C does: else what it has started would go on running. Only the first one:
    a further one must not cut the clean-up off. Does nothing in threads, which hear no signals."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, _interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise KeyboardInterrupt


def wait_until(condition: Callable[[], object], what: str, seconds: float = 30) -> None:
    """Polls until the condition holds; fails naming `what` after so many seconds."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"waited {seconds} s for {what}"
        time.sleep(0.05)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
