"""Against a real SMTP server: what is tried again, what is not, and that nobody waits for a bad address."""

import contextlib
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from notifications.channels.email import smtp_backends
from notifications.models import Message
from notifications.rules.messages import MAX_ATTEMPTS
from tenants.leases import database_now
from tests.notifications import scene
from tests.support.smtp import Post, free_port, silent_server, smtp_server


@pytest.fixture
def post(settings: Any) -> Iterator[Post]:
    with smtp_server() as server:
        _use(settings, server.port)
        yield server


def _use(settings: Any, port: int) -> None:
    settings.EMAIL_BACKEND = "notifications.channels.email.smtp_backends.WatchedBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    settings.EMAIL_TIMEOUT = 1


def test_the_server_gets_the_mail_for_the_client_alone(north: Any, post: Post) -> None:
    booking = scene.book()

    scene.send_due()

    message = scene.message_about(booking)
    assert message.state == "sent"
    assert post.recipients == [booking.client.person.email]
    assert post.message_ids == [f"<{message.pk}@north.test>"]


@pytest.mark.parametrize("answer", ["450 Mailbox busy", "421 Come back later", "452 Too many recipients"])
def test_a_4xx_is_tried_again_after_a_while(north: Any, post: Post, answer: str) -> None:
    booking = scene.book()
    post.refused[booking.client.person.email] = answer

    scene.send_due()

    message = scene.message_about(booking)
    assert (message.state, message.attempts, message.lease_until) == ("failed", 1, None)
    assert answer[:3] in message.reason
    wait = message.due_at - database_now()
    assert timedelta(seconds=1) < wait < timedelta(seconds=13)
    assert scene.send_due() == 0

    post.refused.clear()
    scene.make_due(message)
    scene.send_due()
    message.refresh_from_db()
    assert (message.state, message.attempts, message.reason) == ("sent", 2, "")


@pytest.mark.parametrize("answer", ["550 No such user here", "553 Not allowed"])
def test_a_5xx_for_the_address_is_dead_at_once_and_staff_sees_why(north: Any, post: Post, answer: str) -> None:
    booking = scene.book()
    post.refused[booking.client.person.email] = answer

    scene.send_due()

    message = scene.message_about(booking)
    assert (message.state, message.attempts) == ("dead", 1)
    assert message.reason == f"The mail server answered {answer[:3]}: {answer[4:]}"


@pytest.mark.parametrize(("answer", "state"), [("554 Looks like spam", "dead"), ("451 Disk full", "failed")])
def test_an_answer_to_the_mail_itself_counts_the_same(north: Any, post: Post, answer: str, state: str) -> None:
    booking = scene.book()
    post.data_answer = answer

    scene.send_due()

    assert scene.message_about(booking).state == state


def test_after_the_last_attempt_it_is_dead(north: Any, post: Post) -> None:
    booking = scene.book()
    post.refused[booking.client.person.email] = "450 Mailbox busy"
    Message.objects.update(state="failed", attempts=MAX_ATTEMPTS - 1)

    scene.send_due()

    message = scene.message_about(booking)
    assert (message.state, message.attempts) == ("dead", MAX_ATTEMPTS)
    assert message.reason.startswith(f"Given up after {MAX_ATTEMPTS} attempts.")
    assert "450" in message.reason


def test_a_server_that_is_not_there_is_tried_again(north: Any, settings: Any) -> None:
    booking = scene.book()
    _use(settings, free_port())

    scene.send_due()

    message = scene.message_about(booking)
    assert (message.state, message.reason) == ("failed", "The mail server can't be reached: ConnectionRefusedError.")


def test_a_server_that_says_nothing_is_tried_again(north: Any, settings: Any) -> None:
    booking = scene.book()
    with silent_server() as port:
        _use(settings, port)
        settings.EMAIL_TIMEOUT = 0.2

        scene.send_due()

    message = scene.message_about(booking)
    assert message.state == "failed"
    assert message.reason.startswith("The mail server can't be reached")


@pytest.mark.parametrize("drips_at", ["sign-in", "mail", "goodbye"])
def test_a_server_that_drips_holds_nobody_up(
    north: Any, settings: Any, monkeypatch: pytest.MonkeyPatch, drips_at: str
) -> None:
    """A byte every 50 ms: EMAIL_TIMEOUT begins anew with each."""
    monkeypatch.setattr(smtp_backends, "STEP_SECONDS", 0.5)
    monkeypatch.setattr(smtp_backends, "QUIT_SECONDS", 0.5)
    booking = scene.book()
    commands = {"sign-in": b"ehlo", "mail": b"mail", "goodbye": b"quit"}

    def serve(listener: socket.socket) -> None:
        caller, _ = listener.accept()
        with caller, caller.makefile("rb") as said, contextlib.suppress(OSError):
            caller.sendall(b"220 hello\r\n")
            is_data = False
            for line in said:
                if line.lower().startswith(commands[drips_at]):
                    break
                if is_data and line != b".\r\n":
                    continue
                is_data = line.lower().startswith(b"data")
                caller.sendall(b"354 go on\r\n" if is_data else b"250 OK\r\n")
            until = time.monotonic() + 4
            while time.monotonic() < until:
                caller.sendall(b"2")
                time.sleep(0.05)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=serve, args=[listener], daemon=True).start()
        _use(settings, listener.getsockname()[1])
        began = time.monotonic()

        scene.send_due()

        assert time.monotonic() - began < 2
    assert scene.message_about(booking).state == ("sent" if drips_at == "goodbye" else "failed")


def test_the_platforms_own_server_is_watched() -> None:
    """What EMAIL_URL becomes, in a process of its own: here the tests' own backend is in its place."""
    read = "from config.settings.mail import EMAIL_BACKEND; print(EMAIL_BACKEND)"
    for url in ("smtp://mail.example.com:25", "smtp+tls://us:secret@mail.example.com:587"):
        said = subprocess.run(
            [sys.executable, "-c", read],
            env={**os.environ, "EMAIL_URL": url},
            capture_output=True,
            text=True,
            check=True,
        )
        assert said.stdout.strip().endswith(".WatchedBackend")


def test_a_wrong_password_of_ours_is_no_reason_to_drop_the_mail(north: Any, settings: Any, post: Post) -> None:
    booking = scene.book()
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "us", "wrong"

    scene.send_due()

    message = scene.message_about(booking)
    assert (message.state, message.reason) == ("failed", "The mail server refuses the platform: 535.")
    assert post.mails == []


def test_bad_addresses_never_delay_the_others(north: Any, post: Post) -> None:
    bookings = scene.book_many(5)
    addresses = [booking.client.person.email for booking in bookings]
    post.refused = {addresses[0]: "550 No", addresses[2]: "450 Later"}

    assert scene.send_due() == 5

    assert scene.states() == ["dead", "sent", "failed", "sent", "sent"]
    assert post.recipients == [addresses[1], addresses[3], addresses[4]]
