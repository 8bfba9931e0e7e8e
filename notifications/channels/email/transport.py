"""Building a mail and handing it to the mail server."""

import contextlib
import smtplib
from email.mime.base import MIMEBase
from email.mime.text import MIMEText
from email.utils import formataddr
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection

from notifications.channels.email.calendar import calendar_file, method
from notifications.channels.email.unsubscribing import unsubscribe_headers
from notifications.channels.errors import PermanentFailureError, TransientFailureError, UnreachableError
from notifications.channels.outgoing import Outgoing
from tenants.context import current_schema
from tenants.resolution import by_schema
from tenants.telemetry.tracing import span


class EmailSession:
    """Hands mails to the mail server over one connection, for as long as the worker has some."""

    def __init__(self) -> None:
        self._server: Any = None

    def send(self, outgoing: Outgoing) -> str:
        mail = build(outgoing)
        try:
            with span("send mail", kind="CLIENT"):
                self._open().send_messages([mail])
        except Exception as error:
            # Whatever the server said, the next mail finds a connection in order.
            self.close()
            raise failure(error) from error
        return str(mail.extra_headers["Message-ID"])

    def close(self) -> None:
        server, self._server = self._server, None
        if server is not None:
            with contextlib.suppress(OSError, smtplib.SMTPException):
                server.close()

    def _open(self) -> Any:
        if self._server is None:
            self._server = get_connection()
            self._server.open()
        return self._server


def failure(error: Exception) -> Exception:
    """What an error of the mail server means; the error itself where it is none of its."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, text = next(iter(error.recipients.values()))
        return _failure(code, text)
    if isinstance(error, smtplib.SMTPConnectError | smtplib.SMTPHeloError | smtplib.SMTPAuthenticationError):
        # Whatever its code: the server refused us, and not this mail.
        return UnreachableError(f"The mail server refuses the platform: {error.smtp_code}.")
    if isinstance(error, smtplib.SMTPResponseException):
        return _failure(error.smtp_code, error.smtp_error)
    if isinstance(error, OSError | smtplib.SMTPException):
        return UnreachableError(f"The mail server can't be reached: {type(error).__name__}.")
    return error


def build(outgoing: Outgoing) -> EmailMultiAlternatives:
    """The mail in text and HTML with the .ics file. Its Message-ID stays the same on every try."""
    tenant = by_schema(current_schema())
    domain = tenant.primary_domain
    brand, facts = outgoing.message.brand, outgoing.facts
    sender = brand.from_email or settings.DEFAULT_FROM_EMAIL
    mail = EmailMultiAlternatives(
        # One line, whatever a name holds: a line break in a header would start another header.
        subject=" ".join(outgoing.text.subject.split()),
        body=outgoing.text.text,
        from_email=formataddr((" ".join(brand.name.split()), sender)),
        to=[outgoing.reader.address],
        headers={
            "Message-ID": f"<{outgoing.key}@{domain}>",
            "Auto-Submitted": "auto-generated",
            **unsubscribe_headers(outgoing.unsubscribe_url),
        },
    )
    if outgoing.text.html:
        mail.attach_alternative(outgoing.text.html, "text/html")
    mail.attach(
        _attachment(
            calendar_file(facts=facts, domain=domain, organizer=sender, attendee=outgoing.reader.address),
            method=method(facts),
        )
    )
    return mail


def _attachment(ics: bytes, *, method: str) -> MIMEBase:
    part = MIMEText(ics.decode(), "calendar", "utf-8")
    part.set_param("method", method)
    part.add_header("Content-Disposition", "attachment", filename="booking.ics")
    return part


def _failure(code: int, text: bytes | str) -> Exception:
    """4xx may work later, 5xx never will (RFC 5321, section 4.2.1)."""
    said = text.decode(errors="replace") if isinstance(text, bytes) else text
    kind = PermanentFailureError if 500 <= code < 600 else TransientFailureError  # noqa: PLR2004
    return kind(f"The mail server answered {code}: {said}")
