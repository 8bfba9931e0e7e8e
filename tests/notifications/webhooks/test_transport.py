"""What receivers do to us: none of it holds a worker, none of it is followed, and staff is told what it was."""

import socket
import ssl
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from notifications.channels.watchdog import Watchdog
from notifications.channels.webhooks import transport
from notifications.channels.webhooks.transport import Answer, EndpointSession
from tests.notifications.webhooks import receiver as receivers
from tests.notifications.webhooks.receiver import (
    Receiver,
    answer,
    certificate,
    drip_body,
    drip_headers,
    endless_body,
    hang,
    reset,
)
from tests.support.smtp import free_port


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "TOTAL_SECONDS", 0.6)
    monkeypatch.setattr(transport, "BODY_SECONDS", 0.4)


def _call(url: str) -> Answer:
    session = EndpointSession(url)
    try:
        return session.call(body=b"{}", headers={})
    finally:
        session.close()


@pytest.mark.parametrize("behaviour", [hang, drip_headers], ids=["hangs", "drips its headers"])
def test_no_answer_in_time_is_cut_off(receiver: Receiver, behaviour: Any) -> None:
    receiver.behaviour = behaviour
    began = time.monotonic()

    found = _call(receiver.url)

    assert time.monotonic() - began < 5
    assert found.status is None
    assert found.error.startswith("The endpoint did not answer")
    assert 500 < found.milliseconds < 5000


def test_without_the_watchdog_dripped_headers_hold_the_worker(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control: a socket's timeout begins anew with each byte."""
    monkeypatch.setattr(Watchdog, "_cut", lambda _: None)
    receiver.behaviour = drip_headers
    began = time.monotonic()
    _let_go_after(receiver, 2.0)

    _call(receiver.url)

    assert time.monotonic() - began > 1.9


@pytest.mark.parametrize("behaviour", [drip_body, endless_body], ids=["drips", "endless"])
def test_a_body_that_never_ends_is_not_waited_for(receiver: Receiver, behaviour: Any) -> None:
    receiver.behaviour = behaviour
    began = time.monotonic()

    found = _call(receiver.url)

    assert time.monotonic() - began < 5
    assert found.status == 200
    assert set(found.text) == {"x"}
    assert len(found.text) <= transport.SHOWN_CHARACTERS


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_an_answer_and_is_not_followed(receiver: Receiver, status: int) -> None:
    receiver.at["/from"] = answer(status, Location=f"{receiver.url}/inside")

    found = _call(f"{receiver.url}/from")

    assert found.status == status
    assert [call.path for call in receiver.calls] == ["/from"]


def test_a_reset_and_a_closed_port_say_that_it_can_not_be_reached(receiver: Receiver) -> None:
    receiver.behaviour = reset
    for url in (receiver.url, f"http://127.0.0.1:{free_port()}"):
        found = _call(f"{url}/hooks?token=sesame")
        assert found.status is None
        assert found.error.startswith("The endpoint can't be reached: Connection")
        assert "sesame" not in found.error


def test_the_log_takes_whatever_bytes_come(receiver: Receiver) -> None:
    receiver.behaviour = answer(500, b"caf\xe9 \0 " + "Grüße".encode() + b"x" * 900)

    found = _call(receiver.url)

    assert found.text.startswith("caf\ufffd \ufffd Grüße")
    assert len(found.text) == 500


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("120", 120), ("0", 0), ("-5", None), ("soon", None), ("9" * 40, 10**6), ("Wed, 21 Oct 2015 07:28:00 GMT", 0)],
)
def test_retry_after_is_understood(receiver: Receiver, header: str, seconds: int | None) -> None:
    receiver.behaviour = answer(503, Retry_After=header)

    found = _call(receiver.url)

    assert found.retry_after == (None if seconds is None else timedelta(seconds=seconds))


def test_the_connection_is_kept_between_calls(receiver: Receiver) -> None:
    session = EndpointSession(receiver.url)
    for _ in range(3):
        assert session.call(body=b"{}", headers={}).status == 200
    session.close()

    assert (len(receiver.calls), receiver.connections) == (3, 1)


def test_proxies_of_the_environment_are_not_asked(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{free_port()}")

    assert _call(receiver.url).status == 200


@pytest.fixture
def secure(private: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    """https://receiver.test, which is this machine, with a certificate that is trusted."""
    file = certificate(tmp_path, "receiver.test")
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(file)
    monkeypatch.setattr(transport, "trusted", lambda: ssl.create_default_context(cafile=str(file)))
    real = socket.getaddrinfo
    monkeypatch.setattr(
        socket, "getaddrinfo",
        lambda host, *rest, **more: real("127.0.0.1" if str(host).endswith(".test") else host, *rest, **more),
    )  # fmt: skip
    with receivers.receiver(tls=tls, host="receiver.test") as running:
        yield running


def test_tls_is_to_the_name_and_not_to_the_address(secure: Receiver) -> None:
    assert _call(secure.url).status == 200
    assert secure.calls[0].headers["host"] == f"receiver.test:{secure.port}"


def test_a_certificate_for_another_name_is_not_trusted(secure: Receiver) -> None:
    found = _call(secure.url.replace("receiver.test", "other.test"))

    assert found.status is None
    assert found.error.startswith("Its certificate is not trusted: Hostname mismatch")
    assert secure.calls == []


def test_a_certificate_of_nobody_we_know_is_not_trusted(secure: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    monkeypatch.setattr(transport, "TOTAL_SECONDS", 5)

    found = _call_private(secure)

    assert found.status is None
    assert found.error.startswith("Its certificate is not trusted")


def _call_private(secure: Receiver) -> Answer:
    from django.test import override_settings

    with override_settings(ALLOW_PRIVATE_TARGETS=True):
        return _call(secure.url.replace("receiver.test", "127.0.0.1"))


def _let_go_after(receiver: Receiver, seconds: float) -> None:
    import threading

    timer = threading.Timer(seconds, receiver.over.set)
    timer.daemon = True
    timer.start()
