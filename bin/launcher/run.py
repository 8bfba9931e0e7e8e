"""`bin/run`: everything from a fresh clone to a platform that answers, in the foreground."""

import argparse
import http.client
import os
import signal
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

from . import environment, servers
from .console import Console
from .ports import HOST, next_free, refusal
from .postgres import remove_outside_files
from .problem import Problem
from .processes import Service, die_with_parent
from .state import DataDirectory
from .supervisor import Supervisor

DEFAULT_DATA = environment.LOCAL / "data"
DEFAULT_PORT = 8000
METRICS_PORT = 9464  # where Prometheus looks for OpenTelemetry's exporters
TRIES = 3  # a part that ends so often before the first `ready` will not come up by itself
REMIND_SECONDS = 20.0


def run(arguments: list[str], *, console: Console) -> int:
    """Start everything, print `ready URL`, keep it running until Ctrl-C or TERM; the exit code."""
    options = _parse(arguments)
    data = DataDirectory(options.data)
    _take(data)
    reclaimed = data.clean_up()
    if reclaimed:
        console.say(f"Ended what an earlier bin/run had left running: {', '.join(reclaimed)}")
    port = _web_port(options.port, console)
    data.note(command="bin/run", port=port)
    if options.fresh:
        console.say(f"Emptying {data.path}")
        remove_outside_files(data)
        data.wipe()
    environment.ensure("local" if servers.needed() else "base", console=console)
    return Platform(data, port=port, demo=options.demo, console=console).run()


class Platform:
    """The servers and the parts of Slotkeeper on one data directory that is locked by us."""

    def __init__(self, data: DataDirectory, *, port: int, demo: bool, console: Console) -> None:
        self._data = data
        self._port = port
        self._demo = demo
        self._console = console
        self._workers_missing = {"worker", "sender"}
        self._servers = servers.Servers(data, durable=True, console=console)
        self._supervisor = Supervisor(console=console, register=data.register, on_line=self._on_line)

    def run(self) -> int:
        """Returns 0 after it was asked to stop. Raises Problem. Leaves nothing running."""
        try:
            self._servers.start_with_progress()
            self._data.remember(web_port=self._port)
            variables = self._servers.variables(web_port=self._port)
            self._data.publish(variables)
            self._supervise(environment.variables() | variables)
        finally:
            self._stop()
        return 0

    def _supervise(self, env: Mapping[str, str]) -> None:
        supervisor = self._supervisor
        supervisor.listen_to_signals()
        while self._servers.running:
            supervisor.adopt(self._servers.running.pop(0))
        self._prepare(env)
        if not supervisor.stopping:
            supervisor.start(self._part("web", env, *_web(self._port), patience=5.0))
            supervisor.start(self._part("worker", env, *_worker("celery", slots=1), patience=5.0))
            supervisor.start(self._part("sender", env, *_worker("sending", slots=3), patience=5.0))
            self._wait_until_ready()
        if not supervisor.stopping:
            # Nobody waits for these: they start when the others no longer need the processor.
            supervisor.start(self._part("beat", env, *_beat(self._data), patience=5.0))
            metrics = next_free(METRICS_PORT)
            if metrics is not None:
                supervisor.start(self._part("metrics", env, *_metrics(metrics), patience=3.0))
            self._greet(metrics)
        while not supervisor.stopping:
            supervisor.step()

    def _stop(self) -> None:
        begun = time.monotonic()
        # From here on a signal must not cut the clean-up off; a further one makes it harder.
        self._supervisor.listen_to_signals()
        was_asked, self._supervisor.stopping = self._supervisor.stopping, True
        if was_asked:
            self._console.log("run", "stopping")
        self._supervisor.stop()
        self._servers.stop()
        self._data.unpublish()
        if was_asked:
            self._console.log("run", f"stopped in {time.monotonic() - begun:.1f} s")

    def _prepare(self, env: Mapping[str, str]) -> None:
        """Migrations and demo data: a Django command, which prints its own progress."""
        command = ["manage.py", "prepare", "--demo" if self._demo else "--no-demo"]
        process = subprocess.Popen(
            [str(environment.PYTHON), *command],
            cwd=environment.ROOT,
            env=dict(env),
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=die_with_parent(signal.SIGTERM),  # noqa: PLW1509 - there is a single thread
        )
        try:
            while process.poll() is None and not self._supervisor.stopping:
                self._supervisor.step(0.02)
        finally:
            if process.poll() is None:
                process.terminate()
                try:
                    process.wait(2)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()
        if process.returncode != 0 and not self._supervisor.stopping:
            raise Problem(
                f"`manage.py prepare` failed (exit {process.returncode}); the lines above say why.",
                todo="Put that right and call it again, or begin with empty data: bin/run --fresh",
            )

    def _part(self, name: str, env: Mapping[str, str], *arguments: str, patience: float) -> Service:
        return Service(
            name=name,
            command=(str(environment.PYTHON), *arguments),
            env={**env, "PYTHONUNBUFFERED": "1"},
            cwd=environment.ROOT,
            patience=patience,
        )

    def _wait_until_ready(self) -> None:
        remind = time.monotonic() + REMIND_SECONDS
        web = ""
        while not self._supervisor.stopping:
            self._supervisor.step(0.05)
            web = _ask_web(self._port)
            if web == "ready" and not self._workers_missing:
                return
            for name in ("web", "worker", "sender"):
                if self._supervisor.ends(name) >= TRIES:
                    raise Problem(
                        f"{name} ended {TRIES} times before it was ready; its lines above say why.",
                        todo="Put that right and call bin/run again.",
                    )
            if time.monotonic() > remind:
                remind = time.monotonic() + REMIND_SECONDS
                missing = [] if web == "ready" else [f"web (GET /readyz: {web})"]
                missing += [f"{name} (no ready line yet)" for name in sorted(self._workers_missing)]
                self._console.log("run", f"still waiting for {' and '.join(missing)}")

    def _greet(self, metrics: int | None) -> None:
        url = f"http://{HOST}:{self._port}"
        if metrics is not None:
            self._console.say(f"  metrics  http://{HOST}:{metrics}/metrics")
        if self._demo:
            self._console.say(f"  admin  http://harbor.localhost:{self._port}/admin/")
            self._console.say(f"  docs   {url}/docs/")
            if not os.environ.get("EMAIL_URL"):
                self._console.say(f"  mails  {self._data.path / 'mail'}")
        self._console.say(f"ready {url}")

    def _on_line(self, name: str, text: str) -> None:
        # Not at its end: where SLOTKEEPER_LOG is json, the line goes on.
        if " ready." in text:
            self._workers_missing.discard(name)


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bin/run", description="Start Slotkeeper and stay in the foreground.")
    parser.add_argument("--port", type=_port, metavar="N", help=f"port of the web server (default {DEFAULT_PORT})")
    parser.add_argument(
        "--data", type=Path, metavar="DIR", default=DEFAULT_DATA, help="data directory (default .local/data)"
    )
    parser.add_argument("--fresh", action="store_true", help="empty the data directory first")
    parser.add_argument("--no-demo", dest="demo", action="store_false", help="make no demo tenants")
    return parser.parse_args(arguments)


def _port(text: str) -> int:
    port = int(text)
    if not 0 < port < 65536:
        raise ValueError
    return port


def _take(data: DataDirectory) -> None:
    # A bin/manage holds it for a moment only; another bin/run stays.
    deadline = time.monotonic() + 3
    while not data.try_lock(command="bin/run"):
        holder = data.holder()
        if holder.get("command") == "bin/run" or time.monotonic() > deadline:
            port = f", http://{HOST}:{holder['port']}" if "port" in holder else ""
            raise Problem(
                f"The data directory {data.path} is in use by {holder.get('command', 'another command')} "
                f"(process {holder.get('pid', 'unknown')}{port}).",
                todo="Stop that one first (Ctrl-C, or `kill` and its number), or choose another directory: --data DIR.",
                code=2,
            )
        time.sleep(0.05)


def _web_port(asked: int | None, console: Console) -> int:
    """The port for the web server. Only the default may be swapped for another one."""
    port = asked or DEFAULT_PORT
    why = refusal(port)
    if why is None:
        return port
    if asked is not None:
        raise Problem(
            f"Port {asked} can't be used: {why}.",
            todo="Stop what listens there, or choose another port with --port.",
            code=2,
        )
    other = next_free(port + 1)
    if other is None:
        raise Problem(f"No port from {port} on is free.", todo="Name a free one with --port.", code=2)
    console.say(f"Port {port} is taken; using {other} instead (--port chooses another one)")
    return other


def _web(port: int) -> tuple[str, ...]:
    # Django runs in one thread of each process (api/intake.py): with more, the slowest requests took 30 times as long.
    return (
        "-m", "granian", "--interface", "asginl", "--host", HOST, "--port", str(port),
        "--workers", "2", "--respawn-failed-workers", "--workers-kill-timeout", "2",
        "--http", "1", "--no-ws",
        "--log-level", "warning", "--no-access-log", "config.asgi:application",
    )  # fmt: skip


def _worker(queue: str, *, slots: int) -> tuple[str, ...]:
    """One for each queue: whatever holds up the senders, the sweep goes on."""
    return (
        # Five lines of warning at each start in a container, where one is always root.
        "-W", "ignore:You're running the worker with superuser",
        "-m", "celery", "--quiet", "--app", "config", "worker", "--queues", queue, "--concurrency", str(slots),
        "--hostname", f"{queue}@%h", "--without-gossip", "--without-mingle", "--loglevel", "INFO",
    )  # fmt: skip


def _beat(data: DataDirectory) -> tuple[str, ...]:
    return (
        "-m", "celery", "--quiet", "--app", "config", "beat", "--schedule", str(data.path / "celerybeat-schedule"),
        "--pidfile=", "--loglevel", "WARNING",
    )  # fmt: skip


def _metrics(port: int) -> tuple[str, ...]:
    return ("manage.py", "metrics", "--host", HOST, "--port", str(port))


def _ask_web(port: int) -> str:
    """`ready`, or what came instead."""
    connection = http.client.HTTPConnection(HOST, port, timeout=2)
    try:
        connection.request("GET", "/readyz")
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        return str(error) or type(error).__name__
    finally:
        connection.close()
    return "ready" if status == 200 else str(status)
