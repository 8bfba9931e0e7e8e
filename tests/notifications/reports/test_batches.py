"""A provider may tell of a thousand mails at once. That they arrived is written down by the hundred."""

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from notifications.models import ChannelAccount, Message
from notifications.rules.reports import MailEvent, ReportKind
from notifications.services.record_mail_events import TooManyReportsError, named, record_mail_events
from notifications.services.retry_message import retry_message
from tenants.ids import new_id
from tests.notifications import scene
from tests.notifications.reports.desk import account, sent

COUNT = 250


def _now() -> datetime:
    return datetime.now(tz=UTC)


@pytest.fixture
def here(north: Any) -> ChannelAccount:
    made = account("sparkpost")
    made.reported_at = _now()
    return made


def _many(count: int = COUNT) -> list[Message]:
    """Confirmations of as many bookings, all sent."""
    first = Message.objects.filter(pk=sent().pk).values().get()
    Message.objects.bulk_create(Message(**{**first, "id": new_id(), "subject_id": new_id()}) for _ in range(count - 1))
    return list(Message.objects.order_by("created_at", "pk"))


def _events(messages: list[Message], kind: ReportKind = ReportKind.DELIVERED, **more: Any) -> list[MailEvent]:
    at = _now()
    return [MailEvent(key=str(m.pk), provider_id="", kind=kind, at=at, detail="250 OK", **more) for m in messages]


def _take(here: ChannelAccount, events: list[MailEvent], *, seconds: float = 60) -> None:
    record_mail_events(account=here, events=events, deadline=time.monotonic() + seconds, now=_now())


def _told() -> list[list[str]]:
    histories = Message.objects.order_by("pk").values_list("history", flat=True)
    return [[line["report"] for line in history if "report" in line] for history in histories]


def test_arrivals_take_three_statements_a_hundred(here: ChannelAccount, django_assert_max_num_queries: Any) -> None:
    messages = _many()
    events = _events(messages)

    with django_assert_max_num_queries(1 + 3 * 4):
        _take(here, events)

    assert _told() == [["delivered"]] * COUNT
    one = Message.objects.first()
    assert one
    assert (one.state, one.history[-1]["reason"]) == ("sent", "Delivered: 250 OK")
    with django_assert_max_num_queries(1):
        _take(here, events)
    assert _told() == [["delivered"]] * COUNT


def test_cut_off_it_goes_on_where_it_ended(here: ChannelAccount) -> None:
    events = _events(_many())

    for done in (100, 200):
        with pytest.raises(TooManyReportsError):
            _take(here, events, seconds=-1)
        assert _told().count(["delivered"]) == done
    _take(here, events, seconds=-1)

    assert _told() == [["delivered"]] * COUNT


def test_what_is_not_simply_sent_is_written_down_as_if_it_came_alone(here: ChannelAccount) -> None:
    dead, bounced, planned, told, *_ = messages = _many(8)
    Message.objects.filter(pk=dead.pk).update(state="dead")
    _take(here, _events([bounced], ReportKind.SOFT_BOUNCED))
    Message.objects.filter(pk=planned.pk).update(state="planned", attempts=0, sent_at=None)
    _take(here, _events([told]))

    _take(here, [*_events(messages), *_events(messages)])

    states = {m.pk: m.state for m in Message.objects.all()}
    assert [states[m.pk] for m in (dead, bounced, planned, told)] == ["sent", "sent", "planned", "sent"]
    reports = dict(zip([m.pk for m in messages], _told(), strict=True))
    assert reports[bounced.pk] == ["soft_bounced", "delivered"]
    assert reports[planned.pk] == []
    assert [reports[m.pk] for m in (dead, told, *messages[4:])] == [["delivered"]] * 6


def test_a_thousand_names_are_found_by_their_index(north: Any) -> None:
    scene.book()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    plan = Message.objects.filter(named({f"name-{number}" for number in range(1000)})).order_by().explain()

    assert "message_of_provider" in plan


def test_after_staff_has_sent_it_again_it_may_arrive_again(here: ChannelAccount) -> None:
    [message] = _many(1)
    [event] = _events([message])
    _take(here, [event])
    Message.objects.update(state="bounced")
    retry_message(message_id=message.pk, by="user:1", now=_now())
    Message.objects.update(state="sent", attempts=1)

    _take(here, [event])
    assert _told() == [["delivered"]], "of the time before"
    _take(here, [replace(event, at=event.at + timedelta(minutes=1))])
    assert _told() == [["delivered", "delivered"]]
