"""A tenant's own mail server: a real one, which wants a password."""

import contextlib
import smtplib
import socket
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from notifications.channels.email import smtp_backends
from notifications.channels.email.smtp import SmtpLink
from notifications.channels.email.smtp_backends import GuardedBackend
from notifications.models import ChannelAccount
from notifications.services.set_up_channel import set_up_channel
from tests.notifications import scene
from tests.notifications.channels.accounts import CANARY
from tests.support.smtp import Post, free_port, silent_server


class Door:
    """Lets in who knows the password; counts the connections."""

    def __init__(self) -> None:
        self.connections: set[Any] = set()

    def __call__(self, _server: Any, session: Any, _envelope: Any, mechanism: str, login: LoginPassword) -> AuthResult:
        self.connections.add(session.peer)
        is_right = mechanism in {"LOGIN", "PLAIN"} and login.password == CANARY.encode()
        return AuthResult(success=is_right, handled=is_right)


@pytest.fixture
def door() -> Door:
    return Door()


@pytest.fixture
def post(door: Door, settings: Any) -> Iterator[Post]:
    settings.ALLOW_PRIVATE_TARGETS = True
    settings.EMAIL_TIMEOUT = 1
    post = Post()
    controller = Controller(post, hostname="127.0.0.1", port=free_port(), authenticator=door, auth_require_tls=False)
    post.port = controller.port
    controller.start()
    try:
        yield post
    finally:
        controller.stop()


def _account(post: Post, **changes: str) -> ChannelAccount:
    account = set_up_channel(
        channel="email", provider="smtp", brand_id=None, is_active=True, now=datetime.now(tz=UTC),
        values={"host": "127.0.0.1", "security": "none", "user": "us", "password": CANARY, **changes},
    )  # fmt: skip
    # Ports are a fixed choice; the test's server has none of them.
    account.settings["port"] = str(post.port)
    account.save()
    return account


def test_mails_leave_through_it_over_one_connection(north: Any, post: Post, door: Door) -> None:
    _account(post, from_email="desk@example.com")
    bookings = scene.book_many(3)

    scene.send_due()

    assert scene.states() == ["sent"] * 3
    assert post.recipients == [booking.client.person.email for booking in bookings]
    assert post.message_ids == [f"<{scene.message_about(booking).pk}@north.test>" for booking in bookings]
    assert {mail["From"].addresses[0].addr_spec for mail in post.mails} == {"desk@example.com"}
    assert len(door.connections) == 1


def test_a_wrong_password_is_said_and_not_shown(north: Any, post: Post, capsys: Any) -> None:
    _account(post, password=f"{CANARY}-wrong")
    booking = scene.book()

    scene.send_due()

    message = scene.message_about(booking)
    assert (message.state, message.why) == ("failed", "unreachable")
    assert message.reason == "The mail server refuses the platform: 535."
    assert CANARY not in capsys.readouterr().out
    assert post.mails == []


def test_a_password_that_smtp_can_not_say_is_no_trouble_for_the_log(north: Any, post: Post, capsys: Any) -> None:
    _account(post, password=f"{CANARY}-ü")
    booking = scene.book()

    scene.send_due()

    assert scene.message_about(booking).state == "failed"
    assert CANARY not in scene.message_about(booking).reason
    assert CANARY not in capsys.readouterr().out


@pytest.mark.parametrize(("answer", "state"), [("450 Later", "failed"), ("550 No such user", "dead")])
def test_what_it_says_of_a_recipient_counts(north: Any, post: Post, answer: str, state: str) -> None:
    _account(post)
    booking = scene.book()
    post.refused[booking.client.person.email] = f"{answer} {CANARY}"

    scene.send_due()

    message = scene.message_about(booking)
    assert message.state == state
    assert answer[:3] in message.reason
    assert CANARY not in message.reason


def test_words_that_can_not_be_stored_stop_nothing(north: Any, post: Post) -> None:
    """A server may say any byte. The next messages leave all the same."""
    _account(post)
    first, second = scene.book_many(2)
    post.refused[first.client.person.email] = "550 No\0such user"

    scene.send_due()

    assert scene.message_about(first).state == "dead"
    assert scene.message_about(first).reason == "The mail server answered 550: Nosuch user"
    assert scene.message_about(second).state == "sent"


def test_a_server_that_moved_inside_since_it_was_saved_is_not_asked(
    north: Any, post: Post, door: Door, settings: Any
) -> None:
    _account(post)
    booking = scene.book()
    settings.ALLOW_PRIVATE_TARGETS = False  # as for a name that leads to 127.0.0.1 by now

    scene.send_due()

    message = scene.message_about(booking)
    assert (message.state, message.why) == ("failed", "unreachable")
    assert "not a public server" in message.reason
    assert door.connections == set()


def test_a_server_that_says_nothing_is_given_up_in_time(north: Any, post: Post) -> None:
    with silent_server() as port:
        account = _account(post)
        account.settings["port"] = str(port)
        account.save()
        booking = scene.book()

        scene.send_due()

    assert scene.message_about(booking).why == "unreachable"


@pytest.mark.parametrize("said", [b"250-x\r\n" * 1000, b"2"], ids=["floods", "drips"])
def test_a_server_that_never_comes_to_an_end_holds_nobody_up(
    north: Any, post: Post, said: bytes, monkeypatch: Any
) -> None:
    """Each of its bytes comes in time, and its answer never ends."""
    monkeypatch.setattr(smtp_backends, "STEP_SECONDS", 1.0)
    monkeypatch.setattr(smtp_backends, "ANSWER_BYTES", 16 * 1024)

    def serve(listener: socket.socket) -> None:
        caller, _ = listener.accept()
        with caller, contextlib.suppress(OSError):
            caller.sendall(b"220 hello\r\n")
            until = time.monotonic() + 6
            while time.monotonic() < until:
                caller.sendall(said)
                time.sleep(0.05)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = threading.Thread(target=serve, args=[listener], daemon=True)
        server.start()
        account = _account(post)
        account.settings["port"] = str(listener.getsockname()[1])
        account.save()
        booking = scene.book()
        began = time.monotonic()

        scene.send_due()

        assert time.monotonic() - began < 3
        server.join()
    assert scene.message_about(booking).why == "unreachable"


def test_tls_checks_the_servers_certificate(post: Post) -> None:
    """STARTTLS and TLS both: a server without a certificate for its name gets no password."""
    for security in ("starttls", "tls"):
        values = {"host": "127.0.0.1", "port": str(post.port), "security": security, "user": "us", "password": CANARY}
        link = SmtpLink(values)
        with pytest.raises((smtplib.SMTPException, OSError)):
            link._open()
        link.close()
    backend = GuardedBackend(host="127.0.0.1", port=1, use_ssl=True)
    assert backend.ssl_context.check_hostname
    assert backend.ssl_context.verify_mode.name == "CERT_REQUIRED"
