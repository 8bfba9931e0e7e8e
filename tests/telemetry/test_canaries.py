"""No log line holds a token, an address, a number, a name or a note: all operations, and all ways to fail.

Ours are heard from DEBUG on, libraries from INFO on. The last tests show that a leak would be seen.
"""

import logging
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
import structlog
from django.core import mail
from django.db import DatabaseError

from tests.isolation.world import Corner, body_for, fill
from tests.notifications import scene
from tests.support.http import Rest
from tests.support.routes import operations
from tests.support.smtp import smtp_server
from tests.telemetry.capture import Lines, captured

WORD = "canaryword"
PHONE = "+1 555 867 5309"
PASSWORD = "canary-password-9"
OURS = ("api", "accounts", "bookings", "config", "notifications", "scheduling", "telemetry", "tenants", "visits")


@pytest.fixture
def corner(north: Any) -> Corner:
    """People whose names, notes and addresses all hold the word."""
    return fill(north, canary=WORD)


@pytest.fixture
def lines() -> Iterator[Lines]:
    with ExitStack() as stack:
        found = stack.enter_context(captured())
        for name in OURS:
            logger = logging.getLogger(name)
            before = logger.level
            logger.setLevel(logging.DEBUG)
            stack.callback(logger.setLevel, before)
        yield found


def _secrets(corner: Corner) -> list[str]:
    return [WORD, PHONE, PHONE.replace(" ", ""), PASSWORD, *corner.tokens.values()]


def leaks(lines: Lines, corner: Corner) -> list[str]:
    """The lines that hold one of the canaries, in whatever case."""
    secrets = [secret.lower() for secret in _secrets(corner)]
    return [line for line in lines.text().splitlines() if any(secret in line.lower() for secret in secrets)]


def _body(corner: Corner) -> dict[str, Any]:
    """Personal wherever a body may be, wrong in some places."""
    return {
        **body_for(corner),
        "notes": f"Note {WORD}",
        "note": f"Note {WORD}",
        "comment": WORD,
        "resolution": WORD,
        "cancellationReasonText": WORD,
        "family_name": WORD,
        "phone": PHONE,
        "first_name": f"{WORD} first",
        "title": WORD,
        "password": PASSWORD,
    }


def _all(tenant: Any, corner: Corner) -> None:
    """Every operation by every kind of caller, rightly and wrongly."""
    query = f"?email=client@{WORD}.example.com&cursor={WORD}"
    strangers = {f"X.{WORD}": f"invalid.{WORD}"}
    for token in [*corner.tokens.values(), *strangers.values()]:
        rest = Rest(tenant, token, Cookie=f"sessionid={WORD}", **{"User-Agent": WORD, "Referer": f"https://{WORD}/"})
        for operation in operations():
            path = operation.path(corner.ids)
            rest.request(operation.method, path, _body(corner))
            rest.request(operation.method, path + query, {**_body(corner), "slot_at": WORD, "weekdays": WORD})
            rest.request(operation.method, path, raw=f'{{"notes": "{WORD}'.encode())
            headers = {
                "Idempotency-Key": f"{WORD}\x01",
                "If-Match": WORD,
                "X-Current-User-Id": WORD,
                "X-Request-Id": "",
            }
            rest.request(operation.method, path, _body(corner), headers=headers)
        rest.get(f"/v1/nothing/client@{WORD}.example.com")


def test_no_operation_logs_a_canary(north: Any, corner: Corner, lines: Lines) -> None:
    _all(north, corner)
    scene.send_due()

    assert len(lines.of("request")) > 4 * len(operations())
    assert WORD in f"{mail.outbox[0].body} {mail.outbox[0].to}"
    assert leaks(lines, corner) == []


def test_no_sign_in_logs_a_canary(north: Any, corner: Corner, lines: Lines) -> None:
    rest = Rest(north)
    form = {"username": f"client@{WORD}.example.com", "password": PASSWORD, "next": f"/{WORD}"}
    encoded = "&".join(f"{name}={value}" for name, value in form.items()).encode()
    for path in ("/admin/login/", f"/admin/login/?next=/{WORD}"):
        rest.request("POST", path, raw=encoded, content_type="application/x-www-form-urlencoded")
        rest.django.handler.enforce_csrf_checks = True
        rest.request("POST", path, raw=encoded, content_type="application/x-www-form-urlencoded")
    secret = f"grant_type=client_credentials&client_id={WORD}&client_secret={PASSWORD}".encode()
    rest.request("POST", "/oauth/token", raw=secret, content_type="application/x-www-form-urlencoded")

    assert len(lines.of("request")) == 5
    assert leaks(lines, corner) == []


@pytest.mark.parametrize("operation", operations(), ids=str)
def test_no_unexpected_failure_logs_a_canary(
    north: Any, corner: Corner, lines: Lines, monkeypatch: pytest.MonkeyPatch, operation: Any
) -> None:
    def fail(self: Any, request: Any, *_: Any, **__: Any) -> None:
        note, token = request.data, request.headers["Authorization"]  # locals of the frame
        try:
            raise KeyError(note)
        except KeyError as error:
            text = f"{WORD} {note} {token} {PHONE}"
            raise DatabaseError(text) from error

    monkeypatch.setattr(operation.view, operation.action, fail)

    answer = Rest(north, corner.service_token).request(
        operation.method, operation.path(corner.ids), _body(corner), headers={"X-Current-User-Id": ""}
    )

    if answer.status_code == 500:
        assert [line for line in lines.json() if line["level"] == "error" and "exception" in line]
    assert leaks(lines, corner) == []


def test_most_of_these_failures_do_happen(north: Any, corner: Corner, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise DatabaseError(WORD)

    found = []
    for operation in operations():
        monkeypatch.setattr(operation.view, operation.action, fail)
        answer = Rest(north, corner.service_token).request(operation.method, operation.path(corner.ids), {})
        found.append(answer.status_code)

    assert found.count(500) > len(found) / 2


def test_a_mail_server_that_echoes_the_address_is_not_quoted(
    north: Any, corner: Corner, lines: Lines, settings: Any
) -> None:
    from notifications.models import Message

    with smtp_server() as post:
        settings.EMAIL_BACKEND = "notifications.channels.email.smtp_backends.WatchedBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", post.port
        address = corner.client.person.email
        post.refused[address] = f"550 <{address}> {WORD} unknown"
        scene.send_due()

    messages = Message.objects.filter(subject_id__in=corner.told).exclude(state="superseded")
    assert {message.state for message in messages} == {"dead"}
    assert {message.subject_id for message in messages} == corner.told
    assert all(WORD in message.reason for message in messages)  # staff sees why
    said = {(line["state"], line["message"]) for line in lines.of("message") if line["state"] != "expired"}
    assert said == {("dead", str(message.pk)) for message in messages}
    assert leaks(lines, corner) == []


def test_a_mail_that_fails_unexpectedly_is_not_quoted(
    north: Any, corner: Corner, lines: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_session: Any, outgoing: Any) -> None:
        raise RuntimeError(f"{outgoing.reader.address} {WORD}")

    monkeypatch.setattr("notifications.channels.email.transport.EmailSession.send", fail)
    scene.send_due()

    assert lines.of("message could not be sent")
    assert leaks(lines, corner) == []


@pytest.mark.parametrize("style", ["json", "text"])
def test_both_forms_are_clean(north: Any, corner: Corner, style: str) -> None:
    with captured(style=style) as lines:
        rest = Rest(north, corner.client_token)
        rest.get(f"/v1/clients?email=client@{WORD}.example.com")
        scene.send_due()

    assert lines.text()
    assert leaks(lines, corner) == []


def test_control_a_note_in_a_log_call_is_found(north: Any, corner: Corner, lines: Lines) -> None:
    booking = str(corner.ids["bookings.id"])
    structlog.get_logger("bookings.x").debug("booked", booking=booking, notes=f"Notes {WORD}")
    logging.getLogger("bookings.x").debug("Booked with the note %s", WORD)
    logging.getLogger("library").info("A name: %s", corner.client.person.given_name)

    assert len(leaks(lines, corner)) == 3


def test_control_a_log_that_shows_what_exceptions_say_is_found(north: Any, corner: Corner) -> None:
    with captured(texts_of_errors=True) as lines:
        try:
            raise KeyError(WORD)
        except KeyError:
            logging.getLogger("x").exception("failed")

    assert leaks(lines, corner)


def test_the_net_catches_what_has_a_form(north: Any, corner: Corner, lines: Lines) -> None:
    logging.getLogger("x").info("Authorization: Bearer %s", corner.client_token)
    logging.getLogger("x").info("Mailing %s at %s", corner.client.person.email, PHONE)

    assert leaks(lines, corner) == []
    assert "[token]" in lines.text()
    assert "[email]" in lines.text()
    assert "[phone]" in lines.text()
