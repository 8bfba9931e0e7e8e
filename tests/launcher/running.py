"""A `bin/run` under test: start it, wait for what it says, look at what it started, end it."""

import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .standin import clean_environment

PATIENCE = 30.0  # bounds a wait on a busy machine; nothing here asserts that it is fast


class Run:
    """`bin/run ARGUMENTS` in `checkout`; its output goes to a file."""

    def __init__(self, checkout: Path, data: Path, *arguments: str, **environment: str) -> None:
        self.data = data
        self._log = data.parent / f"{data.name}-{time.monotonic_ns()}.log"
        with self._log.open("wb") as log:
            self.process = subprocess.Popen(
                [checkout / "bin" / "run", "--data", data, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=clean_environment(**environment),
                start_new_session=True,
            )

    @property
    def output(self) -> str:
        return self._log.read_text(errors="replace")

    def wait_for(self, text: str, *, times: int = 1) -> None:
        """Until `text` stood in the output so often. Fails when bin/run ends before."""
        wait_until(
            lambda: self.output.count(text) >= times or self.process.poll() is not None,
            lambda: f"no {text!r} in:\n{self.output}",
        )
        assert self.output.count(text) >= times, f"ended ({self.process.returncode}):\n{self.output}"

    def wait_until_ready(self) -> str:
        """The URL of the web server."""
        self.wait_for("\nready http")
        return self.output.split("\nready ")[1].split("\n")[0]

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal; the exit code. The promise is 10 s; the rest is for a busy machine."""
        self.process.send_signal(number)
        return self.process.wait(15)

    def cut_short(self) -> None:
        """End it as fast as it can be ended in order: a second signal does not wait for its parts."""
        if self.process.poll() is not None:
            return
        self.process.send_signal(signal.SIGTERM)
        wait_until(lambda: "stopping" in self.output or self.process.poll() is not None, lambda: self.output)
        self.end()

    def pids(self) -> dict[str, int]:
        """The processes that it started, by name."""
        return {entry["name"]: entry["pid"] for entry in self._registered()}

    def pid_after(self, name: str, *, other_than: int) -> int:
        """The number of part `name` once it has been started again."""
        wait_until(lambda: self.pids().get(name) not in (None, other_than), lambda: self.output)
        return self.pids()[name]

    def _registered(self) -> list[dict[str, Any]]:
        entries: list[dict[str, Any]] = json.loads((self.data / "processes.json").read_text())
        return entries


def wait_until(condition: Callable[[], bool], explain: Callable[[], str], *, seconds: float = PATIENCE) -> None:
    """Poll `condition`; fails with `explain()` after `seconds`."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, explain()
        time.sleep(0.05)


def exists(pid: int) -> bool:
    """Whether `pid` runs; a zombie that nobody has collected yet does not."""
    try:
        os.kill(pid, 0)
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except ProcessLookupError:
        return False
    except OSError:
        return not Path("/proc/self").exists()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
