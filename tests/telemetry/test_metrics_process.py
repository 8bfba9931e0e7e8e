"""The process behind the port for Prometheus: what it says, and that it ends when it is told to."""

import json
import os
import signal
import socket
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from tests.support.smtp import free_port

pytestmark = pytest.mark.serial
ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_speaks_as_all_do_and_ends_at_once(tmp_path: Path, number: signal.Signals) -> None:
    port = free_port()
    with (
        subprocess.Popen(
            [sys.executable, "manage.py", "metrics", "--port", str(port)],
            cwd=ROOT,
            env={**os.environ, "SLOTKEEPER_LOG": "json", "PROMETHEUS_MULTIPROC_DIR": str(tmp_path)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as process,
        ExitStack() as cleanup,
    ):
        assert process.stdout is not None
        cleanup.callback(process.kill)
        said = json.loads(process.stdout.readline())
        assert (said["event"], said["url"]) == ("metrics are served", f"http://127.0.0.1:{port}/metrics")
        assert httpx.get(said["url"], timeout=20).status_code == 200
        # Somebody who asks for nothing doesn't keep it.
        with socket.create_connection(("127.0.0.1", port)):
            process.send_signal(number)
            assert process.wait(10) == 0
        assert process.stdout.read() == ""


def test_a_port_that_is_taken_is_said(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        # In a process of its own: the command blocks the signals of the one that it runs in.
        run = subprocess.run(
            [sys.executable, "manage.py", "metrics", "--port", str(taken.getsockname()[1])],
            cwd=ROOT,
            env={**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(tmp_path)},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    assert run.returncode != 0
    assert "Choose --port." in run.stderr
