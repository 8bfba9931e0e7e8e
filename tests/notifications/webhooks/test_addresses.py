"""A tenant can't send the platform to its own machines: refused when saved, and again with each connection."""

import socket
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from notifications.channels import addresses
from notifications.channels.webhooks.transport import EndpointSession
from notifications.models import WebhookEndpoint
from notifications.services.change_webhook_endpoint import change_webhook_endpoint
from tests.notifications import scene as bookings
from tests.notifications.webhooks import receiver as receivers
from tests.notifications.webhooks import scene
from tests.notifications.webhooks.receiver import Receiver, answer

PRIVATE = [
    "127.0.0.1", "localhost", "10.0.0.5", "172.16.3.4", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",  # noqa: S104
    "2130706433", "0x7f000001", "0177.0.0.1", "127.1", "[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]",
    "[fe80::1]", "[fd00::1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "224.0.0.1", "255.255.255.255",
]  # fmt: skip


@pytest.mark.parametrize("host", PRIVATE)
def test_a_private_address_is_refused_when_saved(north: Any, host: str) -> None:
    with pytest.raises(ValidationError) as refused:
        scene.register(f"https://{host}/hooks")

    assert list(refused.value.message_dict) == ["url"]
    assert not WebhookEndpoint.objects.exists()


@pytest.mark.parametrize("host", PRIVATE)
def test_a_private_address_is_not_connected_to(host: str) -> None:
    session = EndpointSession(f"https://{host}/hooks")

    found = session.call(body=b"{}", headers={})

    session.close()
    assert found.status is None
    assert "not a public server" in found.error or "was not found" in found.error


@pytest.mark.parametrize(
    "url",
    [
        "http://8.8.8.8/", "ftp://8.8.8.8/", "file:///etc/passwd", "gopher://8.8.8.8/", "8.8.8.8", "https://", "https:///x",
        "https://user:password@8.8.8.8/", "https://8.8.8.8/#part", "https://8.8.8.8:0/", "https://8.8.8.8:99999/",
        "https://8.8.8.8/a b", "https://8.8.8.8/\nHost: x", "https://[::1", "https://8.8.8.8@127.0.0.1/",
    ],
)  # fmt: skip
def test_what_is_no_address_for_webhooks_is_refused(north: Any, url: str) -> None:
    with pytest.raises(ValidationError) as refused:
        scene.register(url)

    assert list(refused.value.message_dict) == ["url"]


def test_a_change_of_the_address_is_checked_too(north: Any) -> None:
    endpoint = scene.register("https://8.8.8.8/hooks").endpoint

    with pytest.raises(ValidationError):
        change_webhook_endpoint(endpoint=endpoint, changes={"url": "https://10.0.0.1/"}, now=datetime.now(tz=UTC))


def test_a_name_that_leads_inside_later_on_is_not_followed(north: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """DNS rebinding: public when it is saved, this machine when it is called."""
    with receivers.receiver() as inside:
        resolver = _Rebinding(monkeypatch)
        _register_over_http(f"http://rebinding.test:{inside.port}/", monkeypatch)
        assert resolver.asked == 1
        bookings.book()
        scene.turn()

        assert resolver.asked == 2
        assert (inside.calls, inside.connections) == ([], 0)
    assert scene.states() == ["failed"]
    assert "rebinding.test is not a public server" in scene.only().reason


def test_the_name_is_not_resolved_between_check_and_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection that looked the name up a second time would be led inside."""
    resolver = _Rebinding(monkeypatch)
    to: list[Any] = []

    def refuse(address: Any, **_: Any) -> None:
        to.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", refuse)
    session = EndpointSession("http://rebinding.test:81/")
    found = session.call(body=b"{}", headers={})
    session.close()

    assert found.error == "The endpoint can't be reached: ConnectionRefusedError."
    assert (to, resolver.asked) == ([("93.184.215.14", 81)], 1)


def test_without_the_guard_the_platform_is_led_inside(north: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control of the rebinding test."""
    monkeypatch.setattr(addresses, "is_public", lambda _: True)
    with receivers.receiver() as inside:
        _Rebinding(monkeypatch)
        _register_over_http(f"http://rebinding.test:{inside.port}/", monkeypatch)
        bookings.book()
        scene.turn()

        assert len(inside.calls) == 1


def test_a_redirect_to_a_private_address_is_not_followed(north: Any, receiver: Receiver) -> None:
    with receivers.receiver() as inside:
        receiver.behaviour = answer(302, Location=f"{inside.url}/latest/meta-data")
        scene.register(receiver.url)
        bookings.book()
        scene.turn()

        assert inside.calls == []
    assert scene.only().state == "failed"
    assert "302, a redirect. Redirects are not followed" in scene.only().reason


class _Rebinding:
    """Answers for rebinding.test: a public address first, then this machine's."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.asked = 0
        self._real = socket.getaddrinfo
        monkeypatch.setattr(socket, "getaddrinfo", self._answer)

    def _answer(self, host: Any, *rest: Any, **more: Any) -> Any:
        if host == "rebinding.test":
            self.asked += 1
            host = "93.184.215.14" if self.asked == 1 else "127.0.0.1"
        return self._real(host, *rest, **more)


def _register_over_http(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Saves a plain address, so that no TLS stands in the way; the addresses are guarded as ever."""
    from notifications.channels.webhooks import receivers as rules

    monkeypatch.setattr(rules, "_parts", lambda _: ("rebinding.test", 80))
    scene.register(url)
