"""The data directory: its marker, its lock, and the few small files that the launcher keeps in it.

.slotkeeper     marker: this directory is ours, `--fresh` may empty it
lock            held (flock) by the one launcher that works on the directory; says who that is
run.json        while servers are up: the variables for Django (0600, it holds passwords)
settings.json   passwords and ports, kept from start to start (0600)
processes.json  what was started, for the start after a kill -9
postgres/       the database, or postgres.location with the path where it had to go
logs/  mail/    logs of the servers; mails as .eml files
"""

import fcntl
import json
import os
import secrets
import shutil
from pathlib import Path
from typing import IO, Any

from .problem import Problem
from .processes import Register

MARKER = ".slotkeeper"
MARKER_TEXT = "Data of Slotkeeper. `bin/run --fresh` empties this directory.\n"
KEPT_BY_WIPE = {MARKER, "lock"}


class DataDirectory:
    """One data directory. Raises Problem when `path` can't be one."""

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        self.created = not self.path.exists()
        self._lock: IO[str] | None = None
        try:
            self._claim()
        except OSError as error:
            raise Problem(
                f"The data directory {self.path} can't be used: {error.strerror or error}.",
                todo="Name another one with --data DIR, or make it writable for you.",
                code=2,
            ) from error

    def _claim(self) -> None:
        marker = self.path / MARKER
        if not self.created and not marker.exists() and any(self.path.iterdir()):
            raise Problem(
                f"{self.path} is not empty and was not made by Slotkeeper (it has no file {MARKER}).",
                todo="Name an empty or a new directory with --data DIR.",
                code=2,
            )
        # Postgres runs as another user when we are root: it must get through here, but need not look around.
        self.path.mkdir(parents=True, exist_ok=True)
        if self.created:
            self.path.chmod(0o711 if os.geteuid() == 0 else 0o700)
        owner = self.path.stat().st_uid
        if os.geteuid() not in (0, owner):
            raise Problem(
                f"The data directory {self.path} belongs to another user (uid {owner}).",
                todo="Name one of your own with --data DIR.",
                code=2,
            )
        if not marker.exists():
            marker.write_text(MARKER_TEXT)
        self.make_folders()

    def make_folders(self) -> None:
        for name in ("logs", "mail"):
            (self.path / name).mkdir(mode=0o700, exist_ok=True)

    # The lock ---------------------------------------------------------------------------------

    def try_lock(self, *, command: str) -> bool:
        """Take the directory for this process, until it ends; False when another has it."""
        lock = (self.path / "lock").open("a+")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            return False
        self._lock = lock
        self.note(command=command)
        return True

    def note(self, **facts: str | int) -> None:
        """Leave word in the lock file on who holds it."""
        lock = self._held()
        lock.seek(0)
        lock.truncate()
        json.dump({"pid": os.getpid(), **facts}, lock)
        lock.flush()

    def _held(self) -> IO[str]:
        if self._lock is None:
            raise RuntimeError("the data directory is not locked by us")
        return self._lock

    def holder(self) -> dict[str, Any]:
        """What the holder of the lock said of itself; empty in the instant before it did."""
        return _read(self.path / "lock")

    # Small files ------------------------------------------------------------------------------

    @property
    def register(self) -> Register:
        return Register(self.path / "processes.json")

    def published(self) -> dict[str, str] | None:
        """The variables of the running servers, if the holder of the lock has published them."""
        run = _read(self.path / "run.json")
        if run and run.get("pid") == self.holder().get("pid"):
            return dict(run["variables"])
        return None

    def clean_up(self) -> list[str]:
        """After an earlier holder was killed: end what it left running. Its names. The lock must be held."""
        self._held()
        (self.path / "run.json").unlink(missing_ok=True)
        return self.register.reclaim()

    def publish(self, variables: dict[str, str]) -> None:
        _write(self.path / "run.json", {"pid": os.getpid(), "variables": variables})

    def unpublish(self) -> None:
        (self.path / "run.json").unlink(missing_ok=True)

    def settings(self) -> dict[str, Any]:
        return _read(self.path / "settings.json")

    def remember(self, **values: str | int) -> None:
        _write(self.path / "settings.json", {**self.settings(), **values})

    def password(self, name: str) -> str:
        """The random password `name`, made on first use. Letters, digits, `-` and `_` only."""
        known = self.settings().get(f"{name}_password")
        if isinstance(known, str):
            return known
        password = secrets.token_urlsafe(24)
        self.remember(**{f"{name}_password": password})
        return password

    def log_file(self, name: str) -> Path:
        """The log of a server; the one before is kept once it has grown large."""
        path = self.path / "logs" / f"{name}.log"
        if path.exists() and path.stat().st_size > 10_000_000:
            path.replace(path.with_suffix(".log.1"))
        return path

    def wipe(self) -> None:
        """Remove all that is in it except marker and lock. The lock must be held."""
        self._held()
        for entry in self.path.iterdir():
            if entry.name in KEPT_BY_WIPE:
                continue
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry)
            else:
                entry.unlink()
        self.make_folders()


def _read(path: Path) -> dict[str, Any]:
    try:
        value = json.loads(path.read_text())
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}


def _write(path: Path, value: dict[str, Any]) -> None:
    write_private(path, json.dumps(value))


def write_private(path: Path, text: str) -> None:
    """Put `text` into a file that only we can read, all of it or nothing."""
    temporary = path.with_name(path.name + ".new")
    temporary.unlink(missing_ok=True)
    temporary.touch(mode=0o600, exist_ok=False)
    temporary.write_text(text)
    temporary.replace(path)
