"""The virtual environment in `.local/venv`, made from the locked requirements.

A stamp file says what is installed. It is removed before anything changes and written when all is done,
so an interrupted installation is seen and made anew.
"""

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .console import Console
from .problem import Problem

ROOT = Path(__file__).resolve().parents[2]
LOCAL = ROOT / ".local"
VENV = LOCAL / "venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "slotkeeper.json"

# Each set contains the ones before it (bin/lock makes them so).
SETS = ("base", "local", "dev")


def ensure(wanted: str, *, console: Console) -> None:
    """Make `.local/venv` hold at least the set `wanted`; instant when it does.

    Two calls at the same time wait for each other. Raises Problem.
    """
    if _satisfies(wanted):
        return
    try:
        LOCAL.mkdir(exist_ok=True)
        with _one_at_a_time(console):
            if not _satisfies(wanted):
                _install(wanted, console=console)
    except OSError as error:
        raise Problem(
            f"The environment can't be written to {VENV}: {error.strerror or error}.",
            todo=f"Make {LOCAL} writable for you and call it again.",
        ) from error


def site_packages() -> Path:
    """Where the installed packages are."""
    return next(VENV.glob("lib/python3*/site-packages"))


def variables() -> dict[str, str]:
    """The caller's environment, as a program of `.local/venv` should see it."""
    env = {k: v for k, v in os.environ.items() if k not in ("PYTHONHOME", "PYTHONPATH", "__PYVENV_LAUNCHER__")}
    env["VIRTUAL_ENV"] = str(VENV)
    env["PATH"] = f"{VENV / 'bin'}{os.pathsep}{env.get('PATH', os.defpath)}"
    return env


def _requirements(name: str) -> Path:
    return ROOT / "requirements" / f"{name}.txt"


def _digest(name: str) -> str:
    return hashlib.sha256(_requirements(name).read_bytes()).hexdigest()


def _installed() -> dict[str, str]:
    try:
        stamp = json.loads(STAMP.read_text())
    except (OSError, ValueError):
        return {}
    # The place counts: scripts in a virtual environment name their interpreter by its full path.
    if not isinstance(stamp, dict) or stamp.get("place") != str(VENV.resolve()) or not os.access(PYTHON, os.X_OK):
        return {}
    return stamp


def _satisfies(wanted: str) -> bool:
    stamp = _installed()
    name = stamp.get("set")
    return name in SETS and SETS.index(name) >= SETS.index(wanted) and stamp.get("lock") == _digest(name)


@contextmanager
def _one_at_a_time(console: Console) -> Iterator[None]:
    with (LOCAL / "venv.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            with console.step("Waiting for another call that is installing the environment"):
                fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _install(wanted: str, *, console: Console) -> None:
    old = _installed().get("set")
    # A narrower set than before would leave the rest at versions that no lock vouches for.
    name = max(wanted, old or wanted, key=SETS.index)
    STAMP.unlink(missing_ok=True)
    if old is None:
        with console.step(f"Making a virtual environment in {VENV}"):
            _make_venv()
    count = sum("==" in line for line in _requirements(name).read_text().splitlines())
    why = "the lock has changed" if old else "first time only"
    with console.step(f"Installing {count} packages ({why})"):
        _run_pip("install", "--require-hashes", "--requirement", str(_requirements(name)))
    temporary = STAMP.with_suffix(".new")
    temporary.write_text(json.dumps({"set": name, "lock": _digest(name), "place": str(VENV.resolve())}))
    temporary.replace(STAMP)


def _make_venv() -> None:
    if VENV.exists():
        shutil.rmtree(VENV)
    # The interpreter below a virtual environment that may be active now, even this very one.
    python = getattr(sys, "_base_executable", None) or sys.executable
    made = subprocess.run([python, "-m", "venv", str(VENV)], capture_output=True, text=True, check=False)
    if made.returncode != 0 or not PYTHON.exists():
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        raise Problem(
            f"{python} can't make a virtual environment:\n{_tail(made.stdout + made.stderr)}",
            todo="Install Python's venv and ensurepip modules (Debian and Ubuntu: "
            f"`apt-get install python3-venv` or `python{version}-venv`) and call it again.",
        )


def _run_pip(*arguments: str) -> None:
    command = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", "--no-input", *arguments]
    with tempfile.TemporaryFile("w+") as output:
        done = subprocess.run(
            command,
            stdout=output,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            env=variables(),
            check=False,
        )
        output.seek(0)
        if done.returncode != 0:
            raise Problem(
                f"pip could not install the locked packages:\n{_tail(output.read())}",
                todo="Check the network and pip's settings (`pip config list`), then call it again.",
            )


def _tail(text: str, *, lines: int = 15) -> str:
    return "\n".join(f"    {line}" for line in text.strip().splitlines()[-lines:])
