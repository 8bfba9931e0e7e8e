"""What mail servers send back: delivery status notifications (RFC 3464) and abuse reports (RFC 5965)."""

from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import Message as Part
from typing import Final, cast

from notifications.channels.failures import storable
from notifications.rules.reports import ReportKind, kind_of_status

# Of RFC 3464, 2.3.3. A mail that is only late, or that went on to a server that sends no reports, is no news.
_ACTIONS: Final = {"failed", "delivered"}
# Of a header that says something: a line of a mail has no more (RFC 5322, 2.1.1).
_LONGEST: Final = 998
_COMPLAINTS: Final = {"abuse", "fraud", "virus", "opt-out", "opt-out-list"}


class UnreadableReportError(Exception):
    """It is no report in a standard form, or it doesn't say of which message it is."""


@dataclass(frozen=True, slots=True)
class MailReport:
    """What a mail says of another one. `kind` is None where it says nothing that is to be written down."""

    message_id: str
    kind: ReportKind | None
    detail: str


def parse_report(raw: bytes) -> MailReport:
    """Raises UnreadableReportError."""
    try:
        return _parsed(raw)
    except RecursionError as error:
        raise UnreadableReportError("This mail holds mails within mails, without an end.") from error


def _parsed(raw: bytes) -> MailReport:
    mail = message_from_bytes(raw, policy=policy.compat32)
    if mail.get_content_type() != "multipart/report":
        raise UnreadableReportError("This mail is no report: its Content-Type is not multipart/report (RFC 6522).")
    kind, detail = _verdict(mail)
    return MailReport(message_id=_reported(mail), kind=kind, detail=" ".join(storable(detail).split())[:_LONGEST])


def _verdict(mail: Part) -> tuple[ReportKind | None, str]:
    for part in mail.walk():
        if part.get_content_type() == "message/delivery-status":
            return _of_delivery(part)
        if part.get_content_type() == "message/feedback-report":
            return _of_feedback(part)
    raise UnreadableReportError("This report has no part that a program could read.")


def _of_delivery(part: Part) -> tuple[ReportKind | None, str]:
    """Our mails have one recipient each, so there is one block with an action."""
    for block in _blocks(part):
        action = str(block.get("Action", "")).strip().lower()
        if action:
            status = str(block.get("Status", ""))
            said = str(block.get("Diagnostic-Code", "")).partition(";")[2] or status
            if action not in _ACTIONS:
                return None, said
            return (ReportKind.DELIVERED if action == "delivered" else kind_of_status(status)), said
    raise UnreadableReportError("This delivery status names no action (RFC 3464, 2.3.3).")


def _of_feedback(part: Part) -> tuple[ReportKind | None, str]:
    for block in _blocks(part):
        if kind := str(block.get("Feedback-Type", "")).strip().lower():
            said = f"Feedback-Type: {kind}"
            return (ReportKind.COMPLAINED if kind in _COMPLAINTS else None), said
    raise UnreadableReportError("This feedback report names no type (RFC 5965, 3.1).")


def _blocks(part: Part) -> Iterator[Part]:
    """The groups of fields in a part. Python parses those of a delivery status, and leaves others as a text."""
    for block in _within(part):
        yield block
        if not block.keys():
            # A part of another type: its fields are the body of the message that Python takes it for.
            yield message_from_bytes(bytes(block.get_payload(decode=True) or b""))


def _within(part: Part) -> list[Part]:
    """The messages that a part is made of; none where it holds a text."""
    payload = part.get_payload()
    return cast("list[Part]", payload) if isinstance(payload, list) else []


def _reported(mail: Part) -> str:
    """The Message-ID of the mail that came back: whole, or its headers alone (RFC 3462)."""
    for part in mail.walk():
        if part.get_content_type() == "text/rfc822-headers":
            headers = message_from_bytes(bytes(part.get_payload(decode=True) or b""))
        elif part.get_content_type() == "message/rfc822" and _within(part):
            headers = _within(part)[0]
        else:
            continue
        found = str(headers.get("Message-ID", "")).strip()
        if len(found) > _LONGEST or storable(found) != found:
            raise UnreadableReportError("The Message-ID of the mail that it is about is none of ours.")
        if found:
            return found
    raise UnreadableReportError("This report doesn't bring the Message-ID of the mail that it is about.")
