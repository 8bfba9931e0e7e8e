"""Clients that send slowly, over real sockets to a real server: 408 for them, quick answers for the others."""

import json
import select
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median
from typing import Any

import httpx
import pytest

from tests.support import cast
from tests.support.live import Live

pytestmark = pytest.mark.serial

SECONDS = 1.5
SLOW = 6
PATHS = {
    "/v1/coaches/53075d23-6c3f-5e98-b11a-0b04678e1dec/bookings": {"error", "message"},  # loop
    "/v1/bookings/notify": {"errors"},  # leko
    "/v1/clients": {"type", "title", "status", "code", "detail", "request_id"},  # the platform's own
}


@pytest.fixture
def web(platform: Live) -> Live:
    platform.environment |= {"BODY_TIMEOUT_SECONDS": str(SECONDS), "GRANIAN_HTTP1_HEADER_READ_TIMEOUT": "2000"}
    with platform.inside():
        token = cast.make_token()
    platform.environment["TEST_TOKEN"] = token
    platform.start_web(processes=1)
    return platform


def test_a_body_that_trickles_is_408_and_nobody_waits_for_it(web: Live) -> None:
    calm = median(_asked(web) for _ in range(20))
    with _tricklers(web, *list(PATHS) * 2) as connections:
        assert len(connections) == SLOW
        begun, waits = time.monotonic(), []
        while time.monotonic() - begun < SECONDS - 0.5:
            _trickle(connections)
            waits.append(_asked(web))
            waits.append(_written(web))
        # One thread works, and not one of the six held it.
        assert median(waits) < max(10 * calm, 0.1)
        assert max(waits) < SECONDS / 2
        for connection, path in zip(connections, list(PATHS) * 2, strict=True):
            head, body = _answer(connection)
            assert head.startswith(b"HTTP/1.1 408 ")
            assert b"connection: close" in head.lower()
            assert b"x-request-id: " in head.lower()
            told = json.loads(body)
            assert set(told) == PATHS[path]
            assert b"request_timeout" in body
            assert b"1.5 s" in body
            # The server has hung up.
            assert connection.recv(1) == b""
        assert time.monotonic() - begun < SECONDS + 1.5
    assert _asked(web) < 1


def test_of_too_many_slow_bodies_the_oldest_are_given_up(platform: Live) -> None:
    platform.environment |= {"BODY_TIMEOUT_SECONDS": "20", "BODIES_AT_ONCE": "3"}
    with platform.inside():
        platform.environment["TEST_TOKEN"] = cast.make_token()
    platform.start_web(processes=1)
    with _tricklers(platform, *["/v1/clients"] * 3) as connections:
        time.sleep(0.3)
        assert _written(platform) < 2
        # Which of the three came first, only the server knows.
        ready, _, _ = select.select(connections, [], [], 5)
        assert len(ready) == 1
        assert _answer(ready[0])[0].startswith(b"HTTP/1.1 408 ")
        others = [connection for connection in connections if connection is not ready[0]]
        assert select.select(others, [], [], 0.3)[0] == []


def test_headers_that_trickle_end_too(web: Live) -> None:
    with socket.create_connection(("127.0.0.1", web.port)) as connection:
        connection.settimeout(6)
        connection.sendall(b"GET /livez HTTP/1.1\r\nHost: north.test\r\nX-Slow:")
        begun = time.monotonic()
        assert _asked(web) < 1
        # Hung up after the server's 2 s (here), with or without an answer.
        while connection.recv(4096):
            pass
        assert 1 < time.monotonic() - begun < 5


def test_a_body_cut_short_changes_nothing(web: Live) -> None:
    body = json.dumps({"given_name": "Cut", "family_name": "Short", "email": "cut@example.com"}).encode()
    with _connect(web, "/v1/clients", length=len(body) + 1) as connection:
        connection.sendall(body)
        connection.shutdown(socket.SHUT_WR)
        time.sleep(0.3)
    people = httpx.get(f"{web.url}/v1/clients", headers=_headers(web)).json()
    assert "Cut" not in json.dumps(people)


def test_a_large_answer_that_nobody_reads_holds_nobody_up(web: Live) -> None:
    with socket.create_connection(("127.0.0.1", web.port)) as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.sendall(
            b"GET /static/drf_spectacular_sidecar/swagger-ui-dist/swagger-ui-bundle.js HTTP/1.1\r\n"
            b"Host: north.test\r\n\r\n" * 3
        )
        time.sleep(1)
        assert max(_asked(web) for _ in range(5)) < 2


def _asked(web: Live) -> float:
    begun = time.monotonic()
    assert httpx.get(f"{web.url}/v1/clients", headers=_headers(web), timeout=30).status_code == 200
    return time.monotonic() - begun


def _written(web: Live) -> float:
    begun = time.monotonic()
    answer = httpx.post(f"{web.url}/v1/bookings/notify", json={}, headers=_headers(web), timeout=30)
    assert answer.status_code < 300, answer.text
    return time.monotonic() - begun


def _headers(web: Live) -> dict[str, str]:
    return {"Host": "north.test", "Authorization": f"Bearer {web.environment['TEST_TOKEN']}"}


def _connect(web: Live, path: str, *, length: int = 500) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", web.port))
    connection.settimeout(SECONDS + 5)
    head = {**_headers(web), "Content-Type": "application/json", "Content-Length": str(length)}
    lines = [f"POST {path} HTTP/1.1", *(f"{name}: {value}" for name, value in head.items())]
    connection.sendall("\r\n".join(lines).encode() + b"\r\n\r\n")
    return connection


@contextmanager
def _tricklers(web: Live, *paths: str) -> Iterator[list[socket.socket]]:
    connections = [_connect(web, path) for path in paths]
    try:
        _trickle(connections)
        yield connections
    finally:
        for connection in connections:
            connection.close()


def _trickle(connections: list[socket.socket]) -> None:
    for connection in connections:
        connection.sendall(b" ")


def _answer(connection: socket.socket) -> tuple[bytes, bytes]:
    data = b""
    while b"\r\n\r\n" not in data:
        part: Any = connection.recv(4096)
        assert part, data
        data += part
    head, _, body = data.partition(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
    while len(body) < length:
        body += connection.recv(4096)
    return head, body
