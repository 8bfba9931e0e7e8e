"""A booking whose confirmation is sent, and what its reader and the mail servers do then."""

from datetime import UTC, datetime
from typing import Any

from django.test import Client as DjangoClient

from bookings.models import CoachBooking
from notifications.models import Message, Rule
from notifications.optout.links import token_for
from notifications.rules import Channel
from notifications.rules.reports import Report, ReportKind
from notifications.rules.suppressions import SuppressionReason, SuppressionScope
from notifications.services.record_delivery import record_delivery
from notifications.services.suppress import suppress
from tenants.context import activate
from tests.notifications import scene

ONE_CLICK = "List-Unsubscribe=One-Click"
FORM = "application/x-www-form-urlencoded"


def now() -> datetime:
    return datetime.now(tz=UTC)


def make_optional(event: str = "booked") -> None:
    Rule.objects.filter(event=event).update(is_essential=False)


def sent_message(**booking: Any) -> Message:
    """A confirmation that is not essential, and has been sent."""
    make_optional()
    booked = scene.book(**booking)
    scene.send_due()
    message = scene.message_about(booked)
    assert message.state == "sent"
    return message


def suppressed(
    booking: CoachBooking, reason: SuppressionReason, scope: SuppressionScope, *, brand_id: Any = None
) -> None:
    suppress(
        channel=Channel.EMAIL,
        address=booking.client.person.email.upper(),
        brand_id=brand_id,
        reason=reason,
        scope=scope,
        now=now(),
    )


def report(message: Message, kind: ReportKind, detail: str = "") -> Message:
    return record_delivery(message=message, report=Report(kind, now(), detail), now=now())


class Reader:
    """Whoever has the link: a mail program's server or a browser, at first without a cookie."""

    def __init__(self, tenant: Any, message: Message | None = None, *, token: str = "") -> None:
        self.tenant = tenant
        self.path = f"/unsubscribe/{token or (token_for(message) if message else '')}"
        self.django = DjangoClient(
            raise_request_exception=False, enforce_csrf_checks=True, headers={"Host": f"{tenant.slug}.test"}
        )

    def get(self) -> Any:
        return self._in_tenant(self.django.get, self.path)

    def head(self) -> Any:
        return self._in_tenant(self.django.head, self.path)

    def one_click(self) -> Any:
        """The request of RFC 8058, 8.2, byte by byte."""
        return self.post(ONE_CLICK.encode(), FORM)

    def press(self, decision: str) -> Any:
        return self.post(f"decision={decision}".encode(), FORM)

    def post(self, body: bytes, content_type: str) -> Any:
        return self._in_tenant(self.django.post, self.path, body, content_type=content_type)

    def _in_tenant(self, send: Any, *args: Any, **options: Any) -> Any:
        try:
            return send(*args, **options)
        finally:
            activate(self.tenant)
