"""Mail providers through anymail: what each is asked, and what its answers mean. Real HTTP, to this machine."""

import contextlib
from typing import Any

import pytest
from django.core.mail import EmailMultiAlternatives

from notifications.channels.email.letters import Letter
from notifications.channels.errors import PermanentFailureError, SendingError, TransientFailureError, UnreachableError
from notifications.channels.fields import WrongFieldsError, checked
from notifications.channels.tables import PROVIDERS
from tests.notifications.channels.accounts import CANARY, MAIL
from tests.notifications.channels.servers import Provider
from tests.support.smtp import free_port

_TO = "bob@example.com"
ASKED: dict[str, tuple[str, str, Any, str]] = {
    "mailgun": ("api.eu.mailgun.net", "/v3/mg.example.com/messages", {"id": "<G1>", "message": "Queued."}, "<G1>"),
    "sendgrid": ("api.sendgrid.com", "/v3/mail/send", b"", ""),
    "postmark": (
        "api.postmarkapp.com", "/email",
        {"ErrorCode": 0, "Message": "OK", "MessageID": "K1", "To": _TO, "SubmittedAt": ""}, "K1",
    ),
    "brevo": ("api.brevo.com", "/v3/smtp/email", {"messageId": "<B1>"}, "<B1>"),
    "mailjet": (
        "api.mailjet.com", "/v3.1/send",
        {"Messages": [{"Status": "success", "To": [{"Email": _TO, "MessageID": 71}]}]}, "71",
    ),
    "resend": ("api.resend.com", "/emails", {"id": "R1"}, "R1"),
    "sparkpost": (
        "api.eu.sparkpost.com", "/api/v1/transmissions/",
        {"results": {"total_accepted_recipients": 1, "total_rejected_recipients": 0, "id": "P1"}}, "P1",
    ),
}  # fmt: skip
each_provider = pytest.mark.parametrize("key", ASKED)


def _letter() -> Letter:
    mail = EmailMultiAlternatives(
        subject="Tomorrow", body="At 10:00.", from_email="Harbor <hello@example.com>", to=[_TO],
        headers={"Message-ID": "<the-key@north.test>", "Auto-Submitted": "auto-generated"},
    )  # fmt: skip
    mail.attach_alternative("<p>At 10:00.</p>", "text/html")
    mail.attach("booking.ics", "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", "text/calendar")
    return Letter(mail, key="the-key")


def _link(key: str) -> Any:
    provider = PROVIDERS["email"][key]
    return provider.link(checked(provider.fields, MAIL[key]))


def _send(key: str) -> str:
    with contextlib.closing(_link(key)) as link:
        return str(link.send(_letter()))


def test_every_provider_is_tried() -> None:
    assert {*ASKED, "smtp"} == set(PROVIDERS["email"])
    assert set(ASKED) == set(MAIL)


@each_provider
def test_it_is_asked_as_it_wants_and_its_id_is_kept(key: str, server: Provider) -> None:
    host, path, server.body, known_as = ASKED[key]
    server.status = 202 if key == "sendgrid" else 200

    found = _send(key)

    asked = server.only
    assert (asked.host, asked.path) == (host, path)
    assert found == known_as or (key == "sendgrid" and len(found) == 36)
    assert b"At 10:00." in asked.body
    assert b"booking.ics" in asked.body
    # Its logs and webhooks name the message, and one that deduplicates knows it again.
    assert b"the-key" in asked.body
    assert asked.headers["idempotency-key"] == "the-key"


@each_provider
def test_a_worker_uses_one_connection_for_many_mails(key: str, server: Provider) -> None:
    server.body, link = ASKED[key][2], _link(key)
    for _ in range(3):
        link.send(_letter())
    link.close()

    assert len(server.asked) == 3
    assert len(server.callers) == 1


@each_provider
@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, PermanentFailureError),
        (401, UnreachableError),
        (403, UnreachableError),
        (429, TransientFailureError),
        (500, TransientFailureError),
    ],
)
def test_what_a_refusal_means_and_that_it_shows_no_secret(  # noqa: PLR0917 - two tables and the fixtures
    key: str, status: int, kind: type[SendingError], server: Provider, caplog: Any, capsys: Any
) -> None:
    server.status, server.body = status, {"ErrorCode": 10, "Message": f"You said {MAIL[key]}"}

    with pytest.raises(SendingError) as refused:
        _send(key)

    assert type(refused.value) is kind
    assert str(status) in str(refused.value)
    said = capsys.readouterr()
    for text in (str(refused.value), caplog.text, said.out, said.err):
        assert CANARY not in text


def test_a_recipient_whom_the_provider_blocks_is_never_tried_again(server: Provider) -> None:
    server.status = 422
    server.body = {"ErrorCode": 406, "Message": f"You tried to send to inactive recipients: {_TO}."}

    with pytest.raises(PermanentFailureError, match="inactive"):
        _send("postmark")


@each_provider
def test_a_provider_that_is_gone_is_unreachable(key: str, server: Provider) -> None:
    server.port = free_port()

    with pytest.raises(UnreachableError, match="can't be reached"):
        _send(key)


@pytest.mark.parametrize(
    ("key", "changes", "wrong"),
    [
        ("mailgun", {"api_url": "http://127.0.0.1/"}, "api_url"),
        ("mailgun", {"region": "http://127.0.0.1/"}, "region"),
        ("mailgun", {"sender_domain": "../../etc"}, "sender_domain"),
        ("postmark", {"server_token": ""}, "server_token"),
        ("postmark", {"server_token": "with\r\nX-Header: smuggled"}, "server_token"),
        ("resend", {"from_email": "no address"}, "from_email"),
    ],
)
def test_what_an_account_can_not_be_names_the_field_and_not_its_value(
    key: str, changes: dict[str, str], wrong: str
) -> None:
    with pytest.raises(WrongFieldsError) as refused:
        checked(PROVIDERS["email"][key].fields, {**MAIL[key], **changes})

    assert set(refused.value.wrong) == {wrong}
    assert not any(value and value in refused.value.wrong[wrong] for value in changes.values())
