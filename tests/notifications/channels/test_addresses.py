"""Servers that tenants name: only public ones, at save and at connect."""

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from notifications.channels import addresses, http
from notifications.channels.addresses import ForbiddenAddressError, UnknownHostError, is_public, look_up
from tests.notifications.channels.servers import Provider, provider


@pytest.fixture
def server() -> Iterator[Provider]:
    """Without the detour of the others: the way to it is what is tested."""
    with provider() as running:
        yield running


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.8.8.8", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",  # noqa: S104
        "224.0.0.1", "240.0.0.1", "255.255.255.255", "198.18.0.1", "192.0.2.1",
        "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12::1", "ff02::1", "2001:db8::1",
        "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::", "2002:a00:1::",
        "2001:0:7f00:1::f5ff:fffe", "no address",
        # Those that one or another version of Python takes for public.
        "192.0.0.8", "192.88.99.1", "168.63.129.16", "fec0::1", "feff::1", "3fff::1", "64:ff9b:1:a00:0:100:808:808",
        "2606:4700::5efe:a00:1", "2606:4700::200:5efe:a9fe:a9fe",
    ],
)  # fmt: skip
def test_what_is_not_of_the_internet(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address",
    ["8.8.8.8", "1.1.1.1", "2606:4700:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808", "2606:4700::5efe:808:808"],
)
def test_what_is(address: str) -> None:
    assert is_public(address)


# Each is another way to write this machine, or one of its network.
@pytest.mark.parametrize(
    "host", ["localhost", "127.0.0.1", "127.1", "2130706433", "0x7f.1", "0", "::1", "[::1]", "10.0.0.1"]
)
def test_hosts_that_lead_inside_are_refused_however_they_are_written(host: str) -> None:
    with pytest.raises((ForbiddenAddressError, UnknownHostError)):
        look_up(host, 80)


def _names(monkeypatch: Any, *answers: list[str]) -> list[str]:
    """Has the name server give these answers one after the other; answers who was asked for."""
    rest, asked = list(answers), []

    def getaddrinfo(host: str, port: int, *args: Any, **kwargs: Any) -> Any:
        if host == "127.0.0.1":  # no name: nothing to be asked
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (host, port))]
        asked.append(host)
        found = rest.pop(0) if len(rest) > 1 else rest[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in found]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return asked


def test_one_private_address_among_public_ones_is_enough(monkeypatch: Any) -> None:
    _names(monkeypatch, ["8.8.8.8", "10.0.0.1"])

    with pytest.raises(ForbiddenAddressError) as refused:
        look_up("mail.example.com", 25)

    assert "10.0.0.1" not in str(refused.value)


def test_a_name_that_changes_its_mind_does_not_get_past(monkeypatch: Any, server: Provider) -> None:
    _names(monkeypatch, ["8.8.8.8"], ["127.0.0.1"])

    look_up("rebinding.example.com", server.port)  # at save

    with pytest.raises(ForbiddenAddressError), http.session() as session:
        session.post(f"http://rebinding.example.com:{server.port}/")
    assert server.asked == []


def test_the_connection_goes_to_the_address_that_was_checked(monkeypatch: Any, server: Provider, settings: Any) -> None:
    settings.ALLOW_PRIVATE_TARGETS = True
    asked = _names(monkeypatch, ["127.0.0.1"], ["203.0.113.1"])
    with http.session() as session:
        session.post(f"http://name.example.com:{server.port}/")

    assert asked == ["name.example.com"]
    assert server.only.headers["host"] == f"name.example.com:{server.port}"


def test_a_name_server_that_hangs_is_not_waited_for(monkeypatch: Any) -> None:
    hang = threading.Event()
    monkeypatch.setattr(addresses, "LOOK_UP_SECONDS", 0.05)
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: hang.wait(1))

    with pytest.raises(UnknownHostError):
        look_up("slow.example.com", 25)
    hang.set()


def test_redirects_are_not_followed(server: Provider, settings: Any) -> None:
    settings.ALLOW_PRIVATE_TARGETS = True
    server.status, server.headers = 302, {"Location": f"http://127.0.0.1:{server.port}/inside"}

    with http.session() as session:
        answer = session.post(f"http://127.0.0.1:{server.port}/", allow_redirects=True)

    assert answer.status_code == 302
    assert [asked.path for asked in server.asked] == ["/"]


def test_an_endless_answer_is_cut_off(server: Provider, settings: Any) -> None:
    settings.ALLOW_PRIVATE_TARGETS = True
    server.body = b"x" * (http.ANSWER_BYTES + 1)

    with http.session() as session, pytest.raises(http.AnswerTooLargeError):
        session.post(f"http://127.0.0.1:{server.port}/")


def _headers(handler: Any) -> None:
    _drip(handler, b"HTTP/1.1 200 OK\r\nX-Slow: ")


def _body(handler: Any) -> None:
    _drip(handler, b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")


def _body_without_end(handler: Any) -> None:
    """Where the end of the connection is the end of the answer."""
    _drip(handler, b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")


def _drip(handler: Any, first: bytes) -> None:
    """A byte every 50 ms for two seconds: no single read is late."""
    with contextlib.suppress(OSError):
        handler.wfile.write(first)
        for _ in range(40):
            handler.wfile.write(b"x")
            handler.wfile.flush()
            time.sleep(0.05)
    handler.close_connection = True


@pytest.mark.parametrize("drips", [_headers, _body, _body_without_end])
def test_an_answer_that_trickles_is_cut_off(server: Provider, settings: Any, monkeypatch: Any, drips: Any) -> None:
    settings.ALLOW_PRIVATE_TARGETS = True
    monkeypatch.setattr(http, "TOTAL_SECONDS", 0.2)
    server.before = drips
    begun = time.monotonic()

    with http.session() as session:
        with pytest.raises(requests.Timeout):
            session.post(f"http://127.0.0.1:{server.port}/")
        assert time.monotonic() - begun < 1

        # The next request finds a connection in order.
        server.before = None
        monkeypatch.setattr(http, "TOTAL_SECONDS", 5.0)
        assert session.post(f"http://127.0.0.1:{server.port}/").status_code == 200


def test_the_environments_proxy_is_not_for_tenants_servers(server: Provider, settings: Any, monkeypatch: Any) -> None:
    settings.ALLOW_PRIVATE_TARGETS = True
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")

    with http.session() as session:
        assert session.post(f"http://127.0.0.1:{server.port}/").status_code == 200
