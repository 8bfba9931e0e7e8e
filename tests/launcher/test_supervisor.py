"""Stopping: all parts are asked at once, the servers after them."""

import os
import sys
from pathlib import Path

import pytest

from bin.launcher.console import Console
from bin.launcher.processes import Register, Service
from bin.launcher.supervisor import Supervisor

pytestmark = pytest.mark.serial

# Notes that it was asked, and ends when another was asked as well.
PART = """
import signal, sys, time
from pathlib import Path
here = Path(sys.argv[1])
def end(*_):
    (here / f"asked-{sys.argv[2]}").touch()
    while not (here / f"asked-{sys.argv[3]}").exists():
        time.sleep(0.01)
    (here / f"ended-{sys.argv[2]}").touch()
    sys.exit()
signal.signal(signal.SIGTERM, end)
print("up", flush=True)
time.sleep(60)
"""
SERVER = """
import signal, sys, time
from pathlib import Path
here = Path(sys.argv[1])
def end(*_):
    (here / "left-at-the-end").write_text(" ".join(sorted(p.name for p in here.glob("ended-*"))))
    sys.exit()
signal.signal(signal.SIGTERM, end)
print("up", flush=True)
time.sleep(60)
"""


def _service(name: str, script: str, here: Path, *arguments: str, log: Path | None = None) -> Service:
    return Service(
        name=name, command=(sys.executable, "-c", script, str(here), *arguments), env=dict(os.environ), cwd=here,
        log=log, patience=20.0,
    )  # fmt: skip


def test_no_part_waits_for_another_and_the_servers_wait_for_all(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    up: list[str] = []
    supervisor = Supervisor(
        console=Console(sys.stdout),
        register=Register(tmp_path / "register"),
        on_line=lambda name, _text: up.append(name),
    )
    log = tmp_path / "valkey.log"
    supervisor.start(_service("valkey", SERVER, tmp_path, log=log))
    # Each ends only when the other has been asked too: asked one after the other, the first would be killed.
    supervisor.start(_service("web", PART, tmp_path, "web", "worker"))
    supervisor.start(_service("worker", PART, tmp_path, "worker", "web"))
    while len(up) < 2 or "up" not in log.read_text():
        supervisor.step()

    supervisor.stop()

    assert "did not stop in time" not in capsys.readouterr().out
    assert (tmp_path / "left-at-the-end").read_text() == "ended-web ended-worker"
