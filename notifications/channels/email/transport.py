"""Building a mail and handing it to the mail server."""

import smtplib
from email.mime.base import MIMEBase
from email.mime.text import MIMEText
from email.utils import formataddr
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.template.loader import render_to_string

from notifications.channels.email.calendar import calendar_file, method
from notifications.channels.errors import PermanentFailureError, TransientFailureError
from notifications.models import Message
from notifications.subjects import SubjectFacts
from tenants.context import current_schema
from tenants.resolution import by_schema
from tenants.telemetry.tracing import span


def send(*, message: Message, facts: SubjectFacts) -> None:
    """Hands the mail to the server. Raises PermanentFailureError or TransientFailureError."""
    if not message.recipient.email:
        raise PermanentFailureError("The recipient has no e-mail address. Add one to the person.")
    mail = build(message=message, facts=facts)
    try:
        # As a block: it closes the connection after a failed sign-in too.
        with span("send mail", kind="CLIENT"), get_connection() as server:
            server.send_messages([mail])
    except smtplib.SMTPRecipientsRefused as error:
        code, text = next(iter(error.recipients.values()))
        raise _failure(code, text) from error
    except (smtplib.SMTPConnectError, smtplib.SMTPHeloError, smtplib.SMTPAuthenticationError) as error:
        # Whatever its code: the server refused us, and not this mail.
        raise TransientFailureError(f"The mail server refuses the platform: {error.smtp_code}.") from error
    except smtplib.SMTPResponseException as error:
        raise _failure(error.smtp_code, error.smtp_error) from error
    except (OSError, smtplib.SMTPException) as error:
        raise TransientFailureError(f"The mail server can't be reached: {type(error).__name__}.") from error


def build(*, message: Message, facts: SubjectFacts) -> EmailMultiAlternatives:
    """The mail in text and HTML with the .ics file. Its Message-ID stays the same on every try."""
    tenant = by_schema(current_schema())
    domain = tenant.primary_domain
    sender = message.brand.from_email or settings.DEFAULT_FROM_EMAIL
    context = _context(message, facts)
    mail = EmailMultiAlternatives(
        # One line, whatever a name holds: a line break in a header would start another header.
        subject=" ".join(render_to_string(f"notifications/{message.event}.subject.txt", context).split()),
        body=render_to_string(f"notifications/{message.event}.txt", context),
        from_email=formataddr((" ".join(message.brand.name.split()), sender)),
        to=[message.recipient.email],
        headers={"Message-ID": f"<{message.pk}@{domain}>", "Auto-Submitted": "auto-generated"},
    )
    mail.attach_alternative(render_to_string(f"notifications/{message.event}.html", context), "text/html")
    mail.attach(
        _attachment(
            calendar_file(facts=facts, domain=domain, organizer=sender, attendee=message.recipient.email),
            method=method(facts),
        )
    )
    return mail


def _context(message: Message, facts: SubjectFacts) -> dict[str, Any]:
    where = ZoneInfo(message.recipient.timezone)
    return {
        "brand": message.brand,
        "recipient": message.recipient,
        "facts": facts,
        "starts_at": facts.starts_at.astimezone(where),
        "ends_at": facts.ends_at.astimezone(where),
        "minutes": round((facts.ends_at - facts.starts_at).total_seconds() / 60),
    }


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
