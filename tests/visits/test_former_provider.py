"""A visit moves to another provider: who had it is told, once, and nobody is told twice or wrongly."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from notifications.channels.email.calendar import calendar_file
from notifications.models import Message, Rule, WebhookDelivery
from notifications.rules import MessageState, Why
from notifications.selectors import facts_of, reader_of
from notifications.services.compose import compose
from notifications.services.register_webhook_endpoint import register_webhook_endpoint
from notifications.services.retry_message import retry_message
from scheduling.models import Client, Service, StaffMember
from tests.notifications import scene
from tests.support import cast, visiting
from visits.models import Visit
from visits.services.cancel_visit import cancel_visit
from visits.services.reschedule_visit import reschedule_visit


@pytest.fixture
def visit(provider: StaffMember, patient: Client, first_talk: Service) -> Visit:
    Rule.objects.all().delete()
    for event in ("cancelled", "rescheduled"):
        Rule.objects.create(event=event, audience="both")
        Rule.objects.create(event=event, audience="address", address="desk@example.com")
    return visiting.make_visit(visiting.make_slot(provider, cast.tomorrow_at(9)), patient, first_talk)


def _now() -> datetime:
    return datetime.now(tz=UTC) - timedelta(seconds=1)


def _to(visit: Visit, provider: StaffMember, *, hour: int = 11) -> Visit:
    return reschedule_visit(visit=visit, slot_id=visiting.make_slot(provider, cast.tomorrow_at(hour)).pk, now=_now())


def _told() -> set[tuple[str, str, str]]:
    messages = Message.objects.select_related("recipient")
    return {(one.event, one.recipient.given_name if one.recipient else one.address, one.state) for one in messages}


def test_who_had_it_is_told_that_it_is_cancelled_and_nobody_else(visit: Visit) -> None:
    _to(visit, visiting.make_provider("Eve Other"))

    assert _told() == {
        ("cancelled", "Pia", "planned"),
        ("rescheduled", "Bob", "planned"),
        ("rescheduled", "Eve", "planned"),
        ("rescheduled", "desk@example.com", "planned"),
    }


def test_within_one_provider_nobody_loses_it(visit: Visit, provider: StaffMember) -> None:
    _to(visit, provider)
    assert {event for event, _who, _state in _told()} == {"rescheduled"}


def test_they_read_of_their_own_time_and_their_calendar_drops_it(visit: Visit) -> None:
    _to(visit, visiting.make_provider("Eve Other"))
    message = Message.objects.select_related("recipient", "brand", "rule").get(event="cancelled")

    facts = facts_of(message)
    assert facts
    reader = reader_of(message, facts=facts)
    text = compose(message=message, facts=facts, reader=reader).text
    ics = calendar_file(facts=facts, reader=reader, organizer="hello@example.com", organizer_name="Main").decode()

    assert reader.is_staff
    assert "your booking with Bob Client was cancelled" in text.text
    assert "9:00" in text.text
    assert "11:00" not in text.text
    assert "METHOD:CANCEL" in ics
    assert "T090000" in ics


def test_it_is_sent_whatever_becomes_of_the_visit_afterwards(visit: Visit) -> None:
    moved = _to(visit, visiting.make_provider("Eve Other"))
    cancel_visit(visit=moved, reason=None, as_staff=True, now=_now())

    scene.send_due()

    assert ("cancelled", "Pia", "sent") in _told()
    assert ("rescheduled", "Bob", "superseded") in _told()


def test_staff_may_send_it_again_though_the_visit_has_moved_on(visit: Visit) -> None:
    moved = _to(visit, visiting.make_provider("Eve Other"))
    theirs = Message.objects.filter(event="cancelled")
    theirs.end(MessageState.DEAD, why=Why.REFUSED, reason="")
    _to(moved, moved.provider, hour=13)

    again = retry_message(message_id=theirs.get().pk, by="user:1", now=_now())

    assert again.state == "planned"
    scene.send_due()
    assert ("cancelled", "Pia", "sent") in _told()


def test_webhooks_hear_of_a_move_alone(visit: Visit) -> None:
    register_webhook_endpoint(url="https://8.8.8.8/hooks", brand_id=visit.brand_id, now=_now())
    _to(visit, visiting.make_provider("Eve Other"))
    assert list(WebhookDelivery.objects.values_list("event_type", flat=True)) == ["booking.rescheduled"]


@pytest.mark.parametrize(
    ("change", "state"),
    [({"name": "New"}, "sent"), ({"audience": "client"}, "cancelled"), ({"is_active": False}, "cancelled")],
)
def test_a_changed_rule_tells_nobody_that_a_visit_is_off_that_stands(visit: Visit, change: Any, state: str) -> None:
    _to(visit, visiting.make_provider("Eve Other"))
    rule = Rule.objects.get(event="cancelled", audience="both")
    Rule.objects.filter(pk=rule.pk).update(**change, version=rule.version + 1)

    scene.replan()
    scene.send_due()

    assert {one for one in _told() if one[0] == "cancelled"} == {("cancelled", "Pia", state)}


def test_a_rule_that_was_changed_while_it_is_being_sent_counts_too(visit: Visit) -> None:
    _to(visit, visiting.make_provider("Eve Other"))
    rule = Rule.objects.get(event="cancelled", audience="both")
    Rule.objects.filter(pk=rule.pk).update(version=rule.version + 1)

    scene.send_due()

    assert {one for one in _told() if one[0] == "cancelled"} == {("cancelled", "Pia", "sent")}


def test_the_facts_of_all_others_are_those_of_now(visit: Visit) -> None:
    _to(visit, visiting.make_provider("Eve Other"))
    message = Message.objects.select_related("recipient").filter(event="rescheduled", recipient__isnull=False).first()
    assert message
    facts = facts_of(message)
    assert facts
    assert facts == replace(facts, is_cancelled=False)
    assert facts.starts_at == cast.tomorrow_at(11)
