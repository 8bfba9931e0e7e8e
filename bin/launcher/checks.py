"""`bin/test` and `bin/bench`, on servers of their own in a directory that goes away."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from . import environment, servers
from .console import Console
from .manage import run_child
from .ports import any_free
from .postgres import remove_outside_files
from .problem import Problem
from .state import DataDirectory

TEMPORARY = environment.LOCAL / "test"

LINT = {
    "ruff check": ("-m", "ruff", "check", "."),
    "ruff format": ("-m", "ruff", "format", "--check", "."),
    "mypy": ("-m", "mypy", "."),
    "import-linter": ("-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"),
    "missing migrations": ("manage.py", "makemigrations", "--check", "--dry-run"),
    "Django's checks": ("manage.py", "check", "--fail-level", "WARNING"),
    "OpenAPI schema": ("manage.py", "spectacular", "--validate", "--fail-on-warn", "--file", os.devnull),
}
# Races, faults and the launcher's own tests need the machine to themselves.
PYTEST = (
    ("-n", "2", "-m", "not serial", "tests"),
    ("-n", "0", "-m", "serial", "tests"),
)


def test(arguments: list[str], *, console: Console) -> int:
    """All of it; with `--lint` only that; with pytest arguments only `pytest ARGUMENTS`. The exit code."""
    begun = time.monotonic()
    environment.ensure("dev", console=console)
    runs: tuple[tuple[str, ...], ...] = PYTEST
    if arguments:
        runs = () if arguments == ["--lint"] else (tuple(arguments),)
    wants_lint = not arguments or arguments == ["--lint"]
    with _servers(console, durable=False) as variables:
        code = (_lint(variables, console) if wants_lint else 0) or _pytest(runs, variables, console)
    colour = "green" if code == 0 else f"FAILED (exit {code})"
    console.say(f"bin/test: {colour} in {time.monotonic() - begun:.0f} s")
    return code


def bench(arguments: list[str], *, console: Console) -> int:
    """The benchmark `bench/NAME.py` with its arguments, on servers of its own that write durably. Its exit code."""
    known = sorted(path.stem for path in (environment.ROOT / "bench").glob("[a-z]*.py"))
    if not arguments or arguments[0] not in known:
        raise Problem("Name a benchmark.", todo=f"They are: {', '.join(known)}.", code=2)
    environment.ensure("dev", console=console)
    with _servers(console, durable=True) as variables:
        return run_child([str(environment.PYTHON), "-m", f"bench.{arguments[0]}", *arguments[1:]], variables)


def _lint(variables: Mapping[str, str], console: Console) -> int:
    """Each step in turn, up to the first that fails; its output is shown only then."""
    for name, command in LINT.items():
        begun = time.monotonic()
        done = subprocess.run(
            [str(environment.PYTHON), *command],
            cwd=environment.ROOT,
            env=environment.variables() | dict(variables),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
        )
        seconds = time.monotonic() - begun
        console.say(f"lint: {name:<20} {'ok' if done.returncode == 0 else 'FAILED'} in {seconds:.1f} s")
        if done.returncode != 0:
            console.say(done.stdout.rstrip())
            return done.returncode
    return 0


def _pytest(runs: tuple[tuple[str, ...], ...], variables: Mapping[str, str], console: Console) -> int:
    """All runs, even after failures: the second half is worth knowing too. The first code that isn't 0."""
    first = 0
    for arguments in runs:
        console.say(f"pytest {' '.join(arguments)}")
        code = run_child([str(environment.PYTHON), "-m", "pytest", *arguments], variables)
        first = first or code
        if code not in (0, 1):  # pytest could not go through with it, or was interrupted
            break
    return first


@contextmanager
def _servers(console: Console, *, durable: bool) -> Iterator[dict[str, str]]:
    """Variables for Django with servers behind them, for as long as the block lasts."""
    os.environ["SLOTKEEPER_ENV"] = "test"
    TEMPORARY.mkdir(parents=True, exist_ok=True)
    _sweep()
    data = DataDirectory(Path(tempfile.mkdtemp(dir=TEMPORARY)))
    # mkdtemp closes it to everybody; Postgres may run as another user, who must get through.
    data.path.chmod(0o711)
    if not data.try_lock(command="bin/test"):
        raise Problem(f"{data.path} was taken by somebody else.", todo="Call bin/test again.")
    own = servers.Servers(data, durable=durable, console=console)
    try:
        own.start_with_progress()
        yield own.variables(web_port=any_free())
    finally:
        own.stop()
        remove_outside_files(data)
        shutil.rmtree(data.path, ignore_errors=True)


def _sweep() -> None:
    """Remove what killed test runs left behind. A live run holds the lock of its directory."""
    for path in TEMPORARY.iterdir():
        data = DataDirectory(path)
        if data.try_lock(command="bin/test"):
            data.clean_up()
            remove_outside_files(data)
            shutil.rmtree(path, ignore_errors=True)
