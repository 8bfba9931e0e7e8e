"""Keeps services running under one roof: their output line by line, restarts, and an orderly stop.

Single-threaded on purpose: children are started with a "die with your parent" wish, which Linux ties to
the thread that started them.
"""

import math
import os
import selectors
import signal
import time
from collections.abc import Callable
from types import FrameType

from .console import Console
from .processes import Register, Running, Service

STOP_ORDER = ("web", "metrics", "beat", "worker", "sender", "valkey", "postgres")
LONGEST_LINE = 65536
FIRST_DELAY, LONGEST_DELAY = 0.5, 15.0  # seconds before a part is started again
PARTS_SECONDS = 6.5  # all but the servers together, so that the servers stop within 10 s as well
LASTING = 10.0  # a part that ran this long failed for a new reason: the delay starts small again


class Part:
    """One supervised service, whether it runs now or is due again later."""

    def __init__(self, running: Running) -> None:
        self.service: Service = running.service
        self.running: Running | None = running
        self.ends = 0
        self.delay = FIRST_DELAY
        self.due = 0.0
        self.unfinished = b""


class Supervisor:
    """Call `step` over and over; call `stop` at the end, whatever happened.

    `on_line` gets each line that a part prints: its name and the text.
    """

    def __init__(self, *, console: Console, register: Register, on_line: Callable[[str, str], None]) -> None:
        self.stopping = False
        self._hard = False
        self._console = console
        self._register = register
        self._on_line = on_line
        self._parts: list[Part] = []
        self._selector = selectors.DefaultSelector()

    def listen_to_signals(self) -> None:
        """From now on the first Ctrl-C, TERM or HUP sets `stopping`, and a second one cuts the stop short."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._on_signal)

    def start(self, service: Service) -> None:
        """Start `service` and look after it."""
        self.adopt(Running(service))

    def adopt(self, running: Running) -> None:
        """Look after a service that was started elsewhere."""
        self._parts.append(part := Part(running))
        self._attach(part, running)
        self._register.write(self._all_running())

    def ends(self, name: str) -> int:
        """How often the part `name` has ended by itself so far."""
        return sum(part.ends for part in self._parts if part.service.name == name)

    def step(self, seconds: float = 0.1) -> None:
        """Print what the parts say, notice those that ended, start again those that are due."""
        self._pump(seconds)
        for part in self._parts:
            if part.running is not None:
                self._look_after(part, part.running)
            elif not self.stopping and time.monotonic() >= part.due:
                part.running = Running(part.service)
                self._attach(part, part.running)
                self._register.write(self._all_running())

    def stop(self) -> None:
        """Stop all parts, each within its patience: first all that use the servers, at once; then the servers, one
        by one. Returns when none is left."""
        self.stopping = True
        parts = sorted(self._parts, key=lambda part: STOP_ORDER.index(part.service.name))
        users = [part for part in parts if part.service.log is None]
        for part in users:
            if part.running is not None:
                part.running.ask_to_stop()
        latest = time.monotonic() + PARTS_SECONDS
        for part in users:
            if part.running is not None:
                self._see_off(part, part.running, latest=latest)
        for part in parts:
            if part.running is not None:
                part.running.ask_to_stop()
                self._see_off(part, part.running, latest=math.inf)
        self._parts.clear()
        self._register.clear()

    def _see_off(self, part: Part, running: Running, *, latest: float) -> None:
        """Wait for one that was asked to stop; kill it when its patience is over."""
        deadline = min(running.asked_at + part.service.patience, latest)
        while running.exit_code() is None and time.monotonic() < deadline and not self._hard:
            self._pump(0.02)
        if running.exit_code() is None:
            running.kill()
            if not self._hard:
                self._console.log("run", f"{part.service.name} did not stop in time and was killed")
        self._detach(part, running)

    def _look_after(self, part: Part, running: Running) -> None:
        code = running.exit_code()
        if code is None:
            return
        self._detach(part, running)
        if self.stopping:
            return
        if time.monotonic() - running.started >= LASTING:
            part.delay = FIRST_DELAY
        part.ends += 1
        part.due = time.monotonic() + part.delay
        where = f" (see {part.service.log})" if part.service.log else ""
        self._console.log("run", f"{part.service.name} {_how(code)}{where}; starting it again in {part.delay:g} s")
        part.delay = min(part.delay * 2, LONGEST_DELAY)

    def _attach(self, part: Part, running: Running) -> None:
        if running.output is not None:
            os.set_blocking(running.output.fileno(), False)
            self._selector.register(running.output, selectors.EVENT_READ, part)

    def _detach(self, part: Part, running: Running) -> None:
        """Read what it still had to say, then forget it."""
        if running.output is not None and not running.output.closed:
            self._read(part, running.output.fileno())
            if part.unfinished:
                self._print(part, part.unfinished)
                part.unfinished = b""
            self._unregister(running.output.fileno())
            running.output.close()
        part.running = None

    def _pump(self, seconds: float) -> None:
        for key, _ in self._selector.select(seconds):
            part: Part = key.data
            if part.running is not None:
                self._read(part, key.fd)

    def _unregister(self, output: int) -> None:
        if output in self._selector.get_map():
            self._selector.unregister(output)

    def _read(self, part: Part, output: int) -> None:
        while True:
            try:
                chunk = os.read(output, LONGEST_LINE)
            except BlockingIOError:
                return
            if not chunk:
                self._unregister(output)
                return
            *lines, part.unfinished = (part.unfinished + chunk).split(b"\n")
            for line in lines:
                self._print(part, line)
            if len(part.unfinished) > LONGEST_LINE:
                self._print(part, part.unfinished)
                part.unfinished = b""

    def _print(self, part: Part, line: bytes) -> None:
        text = line.decode(errors="replace").rstrip()
        if text:
            self._console.log(part.service.name, text)
            self._on_line(part.service.name, text)

    def _all_running(self) -> list[Running]:
        return [part.running for part in self._parts if part.running is not None]

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self._hard = self.stopping
        self.stopping = True


def _how(code: int) -> str:
    return f"ended (exit {code})" if code >= 0 else f"was killed ({signal.Signals(-code).name})"
