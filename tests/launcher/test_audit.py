"""bin/audit against an advisory service of the test's own: clean, vulnerable, and nobody there."""

import json
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from tests.support.database import ROOT

FINDING = {
    "vulns": [
        {
            "id": "PYSEC-2030-1",
            "aliases": ["CVE-2030-0001"],
            "summary": "Made up for this test.",
            "affected": [
                {
                    "package": {"name": "django", "ecosystem": "PyPI"},
                    "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "5.2.99"}]}],
                }
            ],
        }
    ]
}


@contextmanager
def advisories(*, vulnerable: str, status: int = 200) -> Iterator[str]:
    """An OSV service that knows one vulnerability, of the library of this name."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            query = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            answer = json.dumps(FINDING if query["package"]["name"] == vulnerable else {}).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1/query"
    finally:
        server.shutdown()
        server.server_close()


def audit(url: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [ROOT / "bin" / "audit", "--vulnerability-service", "osv", "--osv-url", url],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_a_vulnerable_library_is_red_and_named_with_its_cure() -> None:
    with advisories(vulnerable="django") as url:
        done = audit(url)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "django 5.2" in done.stdout
    assert "PYSEC-2030-1, CVE-2030-0001; fixed: 5.2.99" in done.stdout


def test_nothing_known_is_green() -> None:
    with advisories(vulnerable="nothing-of-ours") as url:
        done = audit(url)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "no known vulnerability" in done.stdout


@pytest.mark.parametrize("status", [404, 503])
def test_a_service_that_fails_is_neither(status: int) -> None:
    with advisories(vulnerable="django", status=status) as url:
        done = audit(url)
    assert done.returncode == 3, done.stdout + done.stderr
    assert "NOT CHECKED" in done.stdout


def test_nobody_there_is_neither() -> None:
    done = audit("http://127.0.0.1:9/v1/query")
    assert done.returncode == 3, done.stdout + done.stderr
    assert "NOT CHECKED" in done.stdout


@pytest.mark.parametrize(("code", "stops"), [(0, False), (1, True), (2, True), (3, False)])
def test_ci_stops_for_a_vulnerability_and_not_for_silence(tmp_path: Any, code: int, stops: bool) -> None:  # noqa: FBT001
    (tmp_path / ".ci").mkdir()
    (tmp_path / "bin").mkdir()
    (tmp_path / ".ci" / "run").write_bytes((ROOT / ".ci" / "run").read_bytes())
    for name, script in (("audit", f"exit {code}"), ("test", "echo tested")):
        command = tmp_path / "bin" / name
        command.write_text(f"#!/bin/sh\n{script}\n")
        command.chmod(0o755)

    done = subprocess.run(["bash", tmp_path / ".ci" / "run"], capture_output=True, text=True, check=False)

    assert ("tested" in done.stdout) is not stops
    assert done.returncode == (code if stops else 0)
    assert ("NOT checked" in done.stderr) is (code == 3)
