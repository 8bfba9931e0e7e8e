import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from .running import Run, free_port
from .standin import ROOT, make_checkout


@pytest.fixture(scope="session")
def room() -> Iterator[Path]:
    """A directory that every user can reach, as checkouts usually are (pytest's own are closed)."""
    parent = ROOT / ".local" / "launcher-tests"
    parent.mkdir(parents=True, exist_ok=True)
    path = Path(tempfile.mkdtemp(dir=parent))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path)


@pytest.fixture(scope="session")
def checkout(room: Path) -> Path:
    return make_checkout(room / "checkout")


@pytest.fixture(scope="session")
def kept_data(room: Path) -> Path:
    """A data directory for tests that don't mind what is in it: only the first start makes a database."""
    return room / "kept"


@pytest.fixture
def fresh_data(room: Path, request: pytest.FixtureRequest) -> Iterator[Path]:
    path = room / request.node.name
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture
def start(checkout: Path, kept_data: Path) -> Iterator[Callable[..., Run]]:
    """Starts bin/run (on `kept_data` and a free port unless told otherwise) and ends it after the test."""
    runs: list[Run] = []

    def start_one(*arguments: str, data: Path = kept_data, **environment: str) -> Run:
        chosen = arguments if "--port" in arguments else ("--port", str(free_port()), *arguments)
        runs.append(run := Run(checkout, data, *chosen, **environment))
        return run

    yield start_one
    for run in runs:
        run.cut_short()


@pytest.fixture
def default_port_start(checkout: Path, kept_data: Path) -> Iterator[Callable[[], Run]]:
    """Starts bin/run without --port."""
    runs: list[Run] = []

    def start_one() -> Run:
        runs.append(run := Run(checkout, kept_data))
        return run

    yield start_one
    for run in runs:
        run.cut_short()


needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs another user to be locked out")
