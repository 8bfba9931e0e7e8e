"""Once with the real project: it comes up on an empty data directory, answers, and goes down."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from .running import Run, free_port
from .standin import ROOT, clean_environment
from .test_run import get

pytestmark = pytest.mark.serial


@pytest.fixture
def platform(fresh_data: Path) -> Iterator[Run]:
    run = Run(ROOT, fresh_data, "--no-demo", "--port", str(free_port()))
    yield run
    run.cut_short()


def test_the_platform_comes_up_and_goes_down(platform: Run) -> None:
    url = platform.wait_until_ready()
    assert get(f"{url}/livez") is not None
    done = subprocess.run(
        [ROOT / "bin" / "manage", "migrate_schemas", "--check", "--data", platform.data],
        env=clean_environment(),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert platform.end() == 0
