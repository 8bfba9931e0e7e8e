"""A header sent twice, as the web server that production runs hands it on."""

import http.client
from typing import Any

import pytest

from tests.support.live import Live

pytestmark = pytest.mark.serial


@pytest.fixture
def served(django_db_setup: None, platform: Live) -> Live:
    platform.start_web(processes=1)
    return platform


def _status(served: Live, *headers: tuple[str, str]) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=20)
    try:
        connection.putrequest("GET", "/v1/clients", skip_host=True)
        for name, value in headers:
            connection.putheader(name, value)
        connection.endheaders()
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def test_it_is_refused_however_it_is_spelled(served: Live) -> None:
    host = ("Host", f"127.0.0.1:{served.port}")
    once: Any = _status(served, host, ("X-Tenant", "1001"))
    assert once[0] == 401

    for second in (("X-Tenant", "1002"), ("X-Tenant", "1001"), ("x-tenant", "1002")):
        status, body = _status(served, host, ("X-Tenant", "1001"), second)

        assert (status, b"repeated_header" in body) == (400, True), (second, status, body)


def test_two_hosts_are_refused(served: Live) -> None:
    status, _ = _status(served, ("Host", "north.test"), ("Host", "south.test"))

    assert status in {400, 404}
