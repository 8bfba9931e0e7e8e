"""What somebody else deletes between a request's look and its lock is not there: an answer like any other."""

from collections.abc import Callable
from datetime import UTC, datetime
from importlib import import_module
from typing import Any

import pytest

from api.errors import as_domain_error
from bookings.models import CoachBooking
from bookings.services.cancel_coach_booking import cancel_coach_booking
from bookings.services.record_attendance import record_attendance
from bookings.services.reschedule_coach_booking import reschedule_coach_booking
from notifications.models import (
    CalendarFeed,
    ChannelAccount,
    Message,
    Rule,
    Suppression,
    Template,
    WebhookDelivery,
    WebhookEndpoint,
)
from notifications.rules.reports import Report, ReportKind
from notifications.services.end_suppression import end_suppression
from notifications.services.record_delivery import record_delivery
from notifications.services.replay_delivery import replay_delivery
from notifications.services.retry_message import retry_message
from notifications.services.revoke_calendar_feed import revoke_calendar_feed
from notifications.services.rotate_calendar_feed import rotate_calendar_feed
from notifications.services.send_now import send_now
from scheduling.models import Person
from scheduling.services.change_person import change_person
from tenants.errors import GoneError
from tenants.ids import new_id
from tests.notifications import scene
from tests.notifications.channels.accounts import MAIL
from tests.notifications.webhooks import scene as webhooks
from tests.support import cast
from tests.support.http import Rest

URL = "https://8.8.8.8/hooks"
NOW = datetime(2030, 1, 7, 8, tzinfo=UTC)


def _template() -> str:
    rule = Rule.objects.get(event="booked")
    made = Template.objects.create(rule=rule, language="de", subject="Termin", text="Guten Tag")
    return f"/v1/notification-templates/{made.pk}"


def _account() -> str:
    made = ChannelAccount.objects.create(channel="email", provider="resend", settings=MAIL["resend"])
    return f"/v1/channel-accounts/{made.pk}"


def _rule() -> str:
    return f"/v1/notification-rules/{Rule.objects.get(event='booked').pk}"


def _endpoint() -> str:
    return f"/v1/webhook-endpoints/{webhooks.register(URL).endpoint.pk}"


def _secret() -> str:
    return f"{_endpoint()}/rotate-secret"


@pytest.mark.parametrize(
    ("module", "service", "make", "delete", "method", "body"),
    [
        ("templates", "change_template", _template, Template.objects.all().delete, "PATCH", {"subject": "Neu"}),
        ("templates", "delete_template", _template, Template.objects.all().delete, "DELETE", None),
        ("accounts", "change_channel", _account, ChannelAccount.objects.all().delete, "PATCH", {"is_active": False}),
        ("accounts", "remove_channel", _account, ChannelAccount.objects.all().delete, "DELETE", None),
        ("rules", "change_rule", _rule, scene.end_rules, "PATCH", {"name": "Neu"}),
        ("rules", "archive_rule", _rule, scene.end_rules, "DELETE", None),
        (
            "webhooks.viewsets",
            "change_webhook_endpoint",
            _endpoint,
            webhooks.delete_all,
            "PATCH",
            {"description": "New"},
        ),
        ("webhooks.viewsets", "delete_webhook_endpoint", _endpoint, webhooks.delete_all, "DELETE", None),
        ("webhooks.viewsets", "rotate_webhook_secret", _secret, webhooks.delete_all, "POST", {"overlap_hours": 1}),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_it_is_not_found(  # noqa: PLR0917 - a table and the fixtures
    module: str, service: str, make: Callable[[], str], delete: Callable[[], Any], method: str, body: Any, north: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    at, view = make(), import_module(f"notifications.api.{module}")
    serve = getattr(view, service)

    def after_it_is_deleted(**arguments: Any) -> Any:
        delete()
        return serve(**arguments)

    monkeypatch.setattr(view, service, after_it_is_deleted)
    rest = Rest(north, cast.make_token())

    answer = rest.request(method, at, body, headers={"If-Match": "*"})

    assert (answer.status_code, answer.json()["code"]) == (404, "deleted_meanwhile")
    assert not WebhookEndpoint.objects.exclude(secret="").filter(archived_at__isnull=False).exists()


@pytest.mark.parametrize(
    "call",
    [
        lambda: retry_message(message_id=new_id(), by="staff", now=NOW),
        lambda: send_now(message_id=new_id(), by="staff", now=NOW),
        lambda: record_delivery(message=Message(), report=Report(ReportKind.BOUNCED, NOW), now=NOW),
        lambda: replay_delivery(delivery=WebhookDelivery(pk=1, endpoint=webhooks.register(URL).endpoint)),
        lambda: end_suppression(suppression=Suppression(), now=NOW),
        lambda: revoke_calendar_feed(feed=CalendarFeed(), now=NOW),
        lambda: rotate_calendar_feed(feed=CalendarFeed(), now=NOW),
        lambda: change_person(person=Person(), changes={"given_name": "Al"}),
        lambda: cancel_coach_booking(booking=CoachBooking(), reason="", as_staff=True, now=NOW),
        lambda: reschedule_coach_booking(booking=CoachBooking(), slot_at=NOW, now=NOW),
        lambda: record_attendance(booking=CoachBooking(), came=True, now=NOW),
    ],
)
def test_so_is_what_nobody_deletes_by_now(north: Any, call: Callable[[], Any]) -> None:
    """Rows with keys that there are none of."""
    with pytest.raises(GoneError):
        call()


def test_a_row_that_is_missing_elsewhere_is_a_fault_of_ours() -> None:
    assert as_domain_error(Message.DoesNotExist(), method="GET") is None
