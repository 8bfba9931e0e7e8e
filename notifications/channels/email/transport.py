"""Building a mail and handing it to the mail server."""

import contextlib
import smtplib
from email.utils import formataddr
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection

from notifications.channels.accounts import Account, Links
from notifications.channels.email.calendar import invitation
from notifications.channels.email.failures import failure
from notifications.channels.email.letters import Letter
from notifications.channels.email.unsubscribing import unsubscribe_headers
from notifications.channels.outgoing import Outgoing
from notifications.rules import Channel
from tenants.brands.models import Brand
from tenants.context import current_schema
from tenants.resolution import by_schema
from tenants.telemetry.tracing import span


class EmailSession:
    """Hands mails to the account of each brand, else to the platform's mail server, over connections that are kept
    for as long as the worker has some."""

    def __init__(self) -> None:
        self._links: Links[Letter] = Links(Channel.EMAIL, own=PlatformLink)

    def send(self, outgoing: Outgoing) -> str:
        account, link = self._links.of(outgoing.message.brand_id)
        mail = build(outgoing)
        if account is not None and (sender := account.values.get("from_email")):
            mail.from_email = formataddr((one_line(outgoing.message.brand.name), sender))
        with span("send mail", kind="CLIENT"):
            return link.send(Letter(mail, key=outgoing.key))

    def close(self) -> None:
        self._links.close()


class PlatformLink:
    """Whatever EMAIL_URL names, over one connection."""

    def __init__(self) -> None:
        self._server: Any = None

    def send(self, load: Letter) -> str:
        try:
            self._open().send_messages([load.mail])
        except Exception as error:
            # Whatever the server said, the next mail finds a connection in order.
            self.close()
            raise failure(error) from error
        return load.message_id

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


def build(outgoing: Outgoing) -> EmailMultiAlternatives:
    """The mail in text and HTML with the .ics file. Its Message-ID stays the same on every try."""
    domain = by_schema(current_schema()).primary_domain
    brand = outgoing.message.brand
    sender = brand.from_email or settings.DEFAULT_FROM_EMAIL
    mail = EmailMultiAlternatives(
        # Whatever a name holds: a line break in a header would start another header.
        subject=one_line(outgoing.text.subject),
        body=outgoing.text.text,
        from_email=formataddr((one_line(brand.name), sender)),
        to=[outgoing.reader.address],
        headers={
            "Message-ID": f"<{outgoing.key}@{domain}>",
            "Auto-Submitted": "auto-generated",
            **unsubscribe_headers(outgoing.unsubscribe_url),
        },
    )
    if outgoing.text.html:
        mail.attach_alternative(outgoing.text.html, "text/html")
    if part := invitation(outgoing, organizer=sender):
        mail.attach(part)
    return mail


def trial(account: Account, *, brand: Brand, to: str, key: str) -> Letter:
    """A test mail to `to`."""
    domain = by_schema(current_schema()).primary_domain
    sender = account.values.get("from_email") or brand.from_email or settings.DEFAULT_FROM_EMAIL
    name = one_line(brand.name)
    mail = EmailMultiAlternatives(
        subject=f"Test message from {name}",
        body=f"This is a test. Mails of {name} leave through {account.provider.label} and arrive here.\n",
        from_email=formataddr((name, sender)),
        to=[to],
        headers={"Message-ID": f"<{key}@{domain}>", "Auto-Submitted": "auto-generated"},
    )
    return Letter(mail, key=key)


def one_line(text: str) -> str:
    return " ".join(text.split())
