"""The servers of one data directory: embedded ones, but for those that the caller's environment names."""

import os
import time
from collections.abc import Callable

from .console import Console
from .ports import remembered_or_free
from .postgres import Postgres
from .problem import Problem
from .processes import Running, Service
from .state import DataDirectory
from .valkey import Valkey

START_SECONDS = 60.0  # recovery after a crash may take a while


EMBEDDED = {"Postgres": "DATABASE_URL", "Valkey": "REDIS_URL"}


def needed() -> list[str]:
    """The embedded servers that are needed: those whose variable names no real one."""
    return [name for name, variable in EMBEDDED.items() if not os.environ.get(variable)]


class Servers:
    """Starts the embedded servers side by side and knows the variables that lead Django to them."""

    def __init__(self, data: DataDirectory, *, durable: bool, console: Console) -> None:
        self._data = data
        self._console = console
        self._durable = durable
        self._urls: dict[str, str] = {}
        self.running: list[Running] = []  # in the order to stop them

    def start_with_progress(self) -> None:
        """`start`, and say so if there is anything to start."""
        if needed():
            with self._console.step(f"Starting {' and '.join(needed())}"):
                self.start()

    def start(self) -> None:
        """Start what is needed and wait until it answers. Raises Problem; `stop` is for the caller."""
        waiting: list[tuple[Running, Callable[[Running], bool]]] = []
        if "Valkey" in needed():
            waiting.append(self._start_valkey())
        if "Postgres" in needed():
            waiting.append(self._start_postgres())
        deadline = time.monotonic() + START_SECONDS
        for running, is_ready in waiting:
            _wait(running, is_ready, deadline=deadline)

    def variables(self, *, web_port: int) -> dict[str, str]:
        """What Django needs to know: see docs/configuration.md."""
        variables = {
            "SLOTKEEPER_ENV": os.environ.get("SLOTKEEPER_ENV") or "development",
            "SLOTKEEPER_DATA": str(self._data.path),
            "SLOTKEEPER_PORT": str(web_port),
            "DJANGO_SETTINGS_MODULE": "config.settings",
        }
        for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "EMAIL_URL"):
            if os.environ.get(name):
                variables[name] = os.environ[name]
        return variables | self._urls

    def stop(self) -> None:
        """Stop what was started: Valkey, then Postgres."""
        for running in self.running:
            running.stop()
        self.running.clear()
        self._data.register.clear()

    def _start_valkey(self) -> tuple[Running, Callable[[Running], bool]]:
        valkey = Valkey(self._data)
        port = self._port("valkey")
        self._urls["REDIS_URL"] = valkey.url(port)
        return self._spawn(valkey.service(port)), lambda _: valkey.is_ready(port)

    def _start_postgres(self) -> tuple[Running, Callable[[Running], bool]]:
        postgres = Postgres(self._data, durable=self._durable)
        if postgres.is_new:
            with self._console.step("Making the database"):
                postgres.create()
        port = self._port("postgres")
        self._urls["DATABASE_URL"] = postgres.url("app", port)
        self._urls["DATABASE_OWNER_URL"] = postgres.url("owner", port)
        return self._spawn(postgres.service(port)), lambda running: postgres.is_ready(running.pid)

    def _spawn(self, service: Service) -> Running:
        running = Running(service)
        self.running.append(running)
        self._data.register.write(self.running)
        return running

    def _port(self, name: str) -> int:
        key = f"{name}_port"
        known = self._data.settings().get(key)
        port = remembered_or_free(known if isinstance(known, int) else None)
        if port != known:
            self._data.remember(**{key: port})
        return port


def _wait(running: Running, is_ready: Callable[[Running], bool], *, deadline: float) -> None:
    while not is_ready(running):
        name, log = running.service.name, running.service.log
        code = running.exit_code()
        if code is not None or time.monotonic() > deadline:
            how = "did not answer in time" if code is None else f"ended at once (exit {code})"
            lines = log.read_text(errors="replace").splitlines() if log else []
            last = "\n".join(f"    {line}" for line in lines[-8:])
            raise Problem(f"{name} {how}:\n{last}", todo=f"See {log}, put that right and call it again.")
        time.sleep(0.01)
