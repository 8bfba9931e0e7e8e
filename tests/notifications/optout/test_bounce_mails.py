"""Bounces as mails: RFC 3464 and RFC 5965, read from what servers really send, and piped into the command."""

import io
import os
import sys
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError

from notifications.channels.email.reports import UnreadableReportError, parse_report
from notifications.management.commands import record_bounce as command
from notifications.models import Message, Suppression
from notifications.rules.reports import ReportKind
from tenants.context import activate, activate_public, use
from tests.notifications.optout import bounce_mails, desk

ID = "<0198c0de-7a00-7000-8000-0c11e0000001@north.test>"


def test_one_of_postfix_is_read() -> None:
    report = parse_report(bounce_mails.postfix(ID))

    assert (report.message_id, report.kind) == (ID, ReportKind.BOUNCED)
    assert report.detail == "550 5.1.1 <bob@example.com>: Recipient address rejected"


def test_one_of_exchange_is_read_by_the_headers_alone() -> None:
    report = parse_report(bounce_mails.exchange(ID))

    assert (report.message_id, report.kind, report.detail) == (ID, ReportKind.SOFT_BOUNCED, "552 5.2.2 mailbox full")


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ({"action": "failed", "status": "4.4.7", "code": 421}, ReportKind.SOFT_BOUNCED),
        ({"action": "failed", "status": "5.7.1", "code": 554}, ReportKind.SOFT_BOUNCED),
        ({"action": "failed", "status": "5.0.0", "code": 550}, ReportKind.BOUNCED),
        ({"action": "delivered", "status": "2.0.0", "code": 250}, ReportKind.DELIVERED),
        ({"action": "delayed", "status": "4.4.1", "code": 421}, None),
        ({"action": "relayed", "status": "2.0.0", "code": 250}, None),
    ],
)
def test_the_action_and_the_status_decide(said: Any, kind: ReportKind | None) -> None:
    assert parse_report(bounce_mails.postfix(ID, **said)).kind is kind


@pytest.mark.parametrize(("feedback", "kind"), [("abuse", ReportKind.COMPLAINED), ("not-spam", None)])
def test_a_complaint_is_read(feedback: str, kind: ReportKind | None) -> None:
    report = parse_report(bounce_mails.complaint(ID, feedback=feedback))

    assert (report.message_id, report.kind) == (ID, kind)


_WHOLE = bounce_mails.postfix(ID)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\0\xff\xfe",
        b"Subject: I am on holiday\r\n\r\nBack on Monday.",
        b"Content-Type: multipart/report\r\n\r\nnothing",
        (
            b"Content-Type: multipart/report; boundary=x\r\n\r\n"
            b"--x\r\nContent-Type: message/delivery-status\r\n\r\n\r\n--x--"
        ),
        _WHOLE.replace(b"Message-ID:", b"X-Message-ID:"),
        _WHOLE.replace(b"Action: failed", b"Acting: failed"),
        _WHOLE.replace(b"message/delivery-status", b"text/plain"),
        bounce_mails.complaint(ID).replace(b"Feedback-Type", b"Feedback"),
        b"Content-Type: multipart/report; boundary=x\r\n\r\n" + b"--x\r\nContent-Type: message/rfc822\r\n\r\n" * 300,
        b"Content-Type: multipart/report; boundary=x\r\n\r\n--x\r\n" + b"Content-Type: message/rfc822\r\n\r\n" * 5000,
        _WHOLE.replace(b"@north.test>", b"@north\0.test>"),
        _WHOLE.replace(b"@north.test>", b"@north.test>" + b"x" * 1000),
    ],
)
def test_what_is_no_report_is_refused(raw: bytes) -> None:
    with pytest.raises(UnreadableReportError):
        parse_report(raw)


@pytest.mark.parametrize("length", range(0, len(_WHOLE), 97))
def test_one_that_is_cut_off_never_fails_otherwise(length: int) -> None:
    try:
        parse_report(_WHOLE[:length])
    except UnreadableReportError:
        return
    assert length > _WHOLE.index(b"Message-ID")


@pytest.fixture
def message(north: Any) -> Message:
    return desk.sent_message()


def _piped(monkeypatch: pytest.MonkeyPatch, north: Any, mail: bytes, **options: Any) -> str:
    """As the platform's process starts: in no tenant."""
    said = io.StringIO()
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(mail)))
    activate_public()
    try:
        call_command("record_bounce", stdout=said, **options)
    finally:
        activate(north)
    return said.getvalue().strip()


@pytest.mark.parametrize("options", [{}, {"tenant": "north"}])
def test_a_mail_server_pipes_it(
    north: Any, message: Message, monkeypatch: pytest.MonkeyPatch, options: dict[str, str]
) -> None:
    mail = bounce_mails.postfix(message.provider_id)

    assert _piped(monkeypatch, north, mail, **options) == f"{message.pk} bounced"
    assert _piped(monkeypatch, north, mail, **options) == f"{message.pk} bounced"

    message.refresh_from_db()
    assert message.reason.endswith("Recipient address rejected")
    assert [(row.reason, row.scope, row.address) for row in Suppression.objects.all()] == [
        ("bounced", "everything", message.address)
    ]


_ODD = {"NUL": b"\0", "8 bit": b"\xff\xfe", "long": b"x" * 2000, "folded": b"\r\n " * 500 + b"x"}
_HEADERS = ["Message-ID: <", "Diagnostic-Code: smtp; ", "Action: ", "Status: ", "Final-Recipient: ", "Subject: "]


@pytest.mark.parametrize("options", [{}, {"tenant": "north"}])
@pytest.mark.parametrize("odd", list(_ODD))
@pytest.mark.parametrize("header", _HEADERS)
def test_odd_headers_are_a_report_or_none_of_ours(  # noqa: PLR0917 - three tables and the fixtures
    north: Any, message: Message, monkeypatch: pytest.MonkeyPatch, options: dict[str, str], odd: str, header: str
) -> None:
    whole, begin = bounce_mails.postfix(message.provider_id), header.encode()
    assert begin in whole
    mail = whole.replace(begin, begin + _ODD[odd])

    try:
        said = _piped(monkeypatch, north, mail, **options)
    except CommandError as refused:
        said = str(refused.returncode)

    assert said in {f"{message.pk} bounced", "Nothing to record.", str(os.EX_DATAERR)}


def test_what_says_nothing_new_is_fine(north: Any, message: Message, monkeypatch: pytest.MonkeyPatch) -> None:
    mail = bounce_mails.postfix(message.provider_id, action="delayed", status="4.4.1", code=421)

    assert _piped(monkeypatch, north, mail) == "Nothing to record."
    assert not Suppression.objects.exists()


@pytest.mark.parametrize(
    ("mail", "options"),
    [
        (b"Subject: I am on holiday\r\n\r\nBack on Monday.", {}),
        (bounce_mails.postfix(ID), {}),
        (bounce_mails.postfix(ID), {"tenant": "south"}),
        (bounce_mails.postfix(ID.replace("north.test", "elsewhere.test")), {}),
        (bounce_mails.postfix("nonsense"), {"tenant": "north"}),
    ],
)
def test_what_is_none_of_ours_is_told_to_the_mail_server(
    north: Any, message: Message, monkeypatch: pytest.MonkeyPatch, mail: bytes, options: dict[str, str]
) -> None:
    with pytest.raises(CommandError) as refused:
        _piped(monkeypatch, north, mail, **options)

    assert refused.value.returncode == os.EX_DATAERR
    assert not Suppression.objects.exists()


def test_a_tenants_mail_bounces_in_no_other(
    north: Any, south: Any, message: Message, monkeypatch: pytest.MonkeyPatch
) -> None:
    foreign = message.provider_id.replace("north.test", "south.test")
    with pytest.raises(CommandError):
        _piped(monkeypatch, north, bounce_mails.postfix(foreign))

    message.refresh_from_db()
    assert message.state == "sent"
    with use(south):
        assert not Suppression.objects.exists()


def test_while_the_database_is_away_the_mail_server_tries_again(
    north: Any, message: Message, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(**_: Any) -> None:
        raise OperationalError

    monkeypatch.setattr(command, "record_bounce", away)
    with pytest.raises(CommandError) as refused:
        _piped(monkeypatch, north, bounce_mails.postfix(message.provider_id))

    assert refused.value.returncode == os.EX_TEMPFAIL
