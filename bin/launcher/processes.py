"""Child processes that never outlive their launcher: started in groups of their own, found again by
pid and command line after the launcher was killed."""

import contextlib
import ctypes
import json
import os
import pwd
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

PR_SET_PDEATHSIG = 1
RECLAIM_SECONDS = 3.0  # what is left of an earlier start gets this long to end by itself
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


@dataclass(frozen=True, kw_only=True)
class Service:
    """What to start, and how it is stopped."""

    name: str
    command: tuple[str, ...]
    env: Mapping[str, str]
    cwd: Path
    account: pwd.struct_passwd | None = None  # whom to become; None: stay who we are
    log: Path | None = None  # None: output goes to a pipe, for the terminal
    stop_signal: signal.Signals = signal.SIGTERM
    hard_signal: signal.Signals = signal.SIGKILL
    patience: float = 2.0  # seconds between asking and killing


class Running:
    """A started service and its process group."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.started = time.monotonic()
        self.asked_at = 0.0
        self._buried = False
        self._process = _spawn(service)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def output(self) -> IO[bytes] | None:
        return self._process.stdout

    def exit_code(self) -> int | None:
        """None while it runs. Once it ended, whatever it left behind in its group is killed."""
        code = self._process.poll()
        if code is not None and not self._buried:
            # Once only: later the number of the group may belong to somebody else.
            self._buried = True
            _signal_group(self.pid, signal.SIGKILL)
        return code

    def ask_to_stop(self) -> None:
        """Send the service's own stop signal."""
        self.asked_at = time.monotonic()
        if self._process.poll() is None:
            self._process.send_signal(self.service.stop_signal)

    def kill(self) -> None:
        """End it at once, its whole group with it."""
        if self._process.poll() is None and self.service.hard_signal != signal.SIGKILL:
            self._process.send_signal(self.service.hard_signal)
            self.wait(0.5)
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        self.exit_code()

    def wait(self, seconds: float) -> bool:
        """Whether it ended within `seconds`."""
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    def stop(self) -> None:
        """Ask, wait as long as the service's patience lasts, then kill."""
        self.ask_to_stop()
        if not self.wait(self.service.patience):
            self.kill()
        self.exit_code()


def die_with_parent(number: signal.Signals) -> Callable[[], None] | None:
    """For `preexec_fn`: send the child `number` when the thread that started it ends (Linux only)."""
    if _libc is None:
        return None
    prctl = _libc.prctl
    return lambda: prctl(PR_SET_PDEATHSIG, int(number))


def _spawn(service: Service) -> subprocess.Popen[bytes]:
    account = service.account
    with contextlib.ExitStack() as stack:
        stdout: int | IO[bytes] = subprocess.PIPE
        if service.log is not None:
            stdout = stack.enter_context(service.log.open("ab"))
        return subprocess.Popen(
            service.command,
            env=dict(service.env),
            cwd=service.cwd,
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=subprocess.STDOUT,
            # A session of its own: Ctrl-C must reach the launcher only, which stops things in order.
            start_new_session=True,
            user=account.pw_uid if account else None,
            group=account.pw_gid if account else None,
            extra_groups=[] if account else None,
            # Safe here: the launcher has a single thread.
            preexec_fn=die_with_parent(service.stop_signal),  # noqa: PLW1509
        )


def _signal_group(group: int, number: signal.Signals) -> None:
    # PermissionError: macOS answers so for a group that holds only zombies.
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)


class Register:
    """The file that names the started processes, so that the next start can find them."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def write(self, running: list[Running]) -> None:
        entries = [
            {
                "name": r.service.name,
                "pid": r.pid,
                "command": list(r.service.command),
                "signal": int(r.service.stop_signal),
            }
            for r in running
        ]
        temporary = self._path.with_suffix(".new")
        temporary.write_text(json.dumps(entries))
        temporary.replace(self._path)

    def clear(self) -> None:
        self._path.unlink(missing_ok=True)

    def reclaim(self) -> list[str]:
        """End what an earlier, killed launcher left running; the names of what was found.

        A process counts only if its command line is the recorded one, for its number may have gone
        to somebody else since.
        """
        found = []
        for name, leader, command, number in self._entries():
            pids = [pid for pid in _group(leader) if is_running(pid, command)]
            if pids:
                found.append(name)
                _end(pids, command, signal.Signals(number))
        self.clear()
        return found

    def _entries(self) -> list[tuple[str, int, list[str], int]]:
        try:
            return [(e["name"], e["pid"], e["command"], e["signal"]) for e in json.loads(self._path.read_text())]
        except (OSError, ValueError, TypeError, KeyError):
            # Nothing to go by: written in part when the disk was full, or not there at all.
            return []


def _group(leader: int) -> list[int]:
    """The process that led the group `leader`, first, and those that it may have left in there."""
    # Elsewhere than on Linux only the leader is looked for.
    pids = {leader}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            # After the name, which is in brackets and may hold anything: state, parent, group.
            if int(stat.read_text().rpartition(")")[2].split()[2]) == leader:
                pids.add(int(stat.parent.name))
    return sorted(pids, key=lambda pid: pid != leader)


def _end(pids: list[int], command: list[str], number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pids[0], number)
    deadline = time.monotonic() + RECLAIM_SECONDS
    while is_running(pids[0], command) and time.monotonic() < deadline:
        time.sleep(0.02)
    for pid in pids:
        if is_running(pid, command):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
    while any(is_running(pid, command) for pid in pids):
        time.sleep(0.02)


def is_running(pid: int, command: list[str]) -> bool:
    """Whether process `pid` exists and was started as `command`."""
    # The first word is left out: an interpreter may show itself under another path than it was called by.
    return " ".join(command[1:]) in _command_line(pid)


def _command_line(pid: int) -> str:
    if Path("/proc/self/cmdline").exists():
        try:
            return Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").rstrip("\0").replace("\0", " ")
        except OSError:
            return ""
    done = subprocess.run(["ps", "-ww", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return done.stdout.strip()
