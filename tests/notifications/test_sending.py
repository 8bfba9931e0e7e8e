"""What is sent is what is true at that moment, once."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.core import mail

from bookings.services.record_attendance import record_attendance
from notifications.channels.registry import SESSIONS
from notifications.models import Message, Rule
from notifications.rules.reports import Report, ReportKind
from notifications.services import send_due as sending
from notifications.services.record_delivery import record_delivery
from tests.notifications import scene

NOW = datetime.now(tz=UTC)


def test_a_confirmation_is_sent_once(north: Any) -> None:
    booking = scene.book()

    assert scene.send_due() == 1
    assert scene.send_due() == 0

    message = scene.message_about(booking)
    assert (message.state, message.attempts, message.lease_until) == ("sent", 1, None)
    assert message.sent_at is not None
    assert [m.to for m in mail.outbox] == [[booking.client.person.email]]


def test_cancelled_before_the_confirmation_was_sent_only_the_cancellation_is(north: Any) -> None:
    booking = scene.book()
    scene.cancel(booking)

    scene.send_due()

    assert [sent.subject.split(":")[0] for sent in mail.outbox] == ["Cancelled"]
    assert scene.states() == ["superseded", "sent"]


def test_cancelled_between_claim_and_delivery_only_the_cancellation_is_sent(north: Any) -> None:
    booking = scene.book()
    (claimed,) = sending.claim_due(limit=1)
    scene.cancel(booking)

    sending.deliver(claimed, sending.Turn())
    scene.send_due()

    assert [sent.subject.split(":")[0] for sent in mail.outbox] == ["Cancelled"]
    assert scene.message_about(booking).state == "superseded"
    assert "cancelled" in scene.message_about(booking).reason


def test_a_confirmation_that_waited_until_after_the_visit_is_not_sent(north: Any) -> None:
    booking = scene.book()
    record_attendance(booking=booking, came=True, now=booking.starts_at)

    scene.send_due()

    assert mail.outbox == []
    assert scene.states() == ["superseded"]


def test_too_late_is_not_sent_and_staff_sees_why(north: Any) -> None:
    booking = scene.book()
    past = datetime.now(tz=UTC) - timedelta(days=2)
    Message.objects.update(created_at=past, due_at=past, expires_at=past + timedelta(days=1))

    scene.send_due()

    message = scene.message_about(booking)
    assert (message.state, message.reason) == ("expired", "It could not be sent in time.")
    assert mail.outbox == []


def test_killed_between_sending_and_marking_it_goes_out_once_more_under_the_same_id(
    north: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    booking = scene.book()
    with monkeypatch.context() as killed:
        killed.setattr(sending, "mark_sent", lambda *_a, **_k: (_ for _ in ()).throw(SystemExit))
        with pytest.raises(SystemExit):
            scene.send_due()
    message = scene.message_about(booking)
    assert message.state == "sending"
    assert scene.send_due() == 0  # the lease holds

    scene.end_lease(message)
    scene.send_due()

    message.refresh_from_db()
    assert (message.state, message.attempts) == ("sent", 2)
    first, second = (sent.extra_headers["Message-ID"] for sent in mail.outbox)
    assert first == second == f"<{message.pk}@north.test>"


def test_a_providers_id_that_can_not_be_stored_sends_nothing_twice(north: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    booking = scene.book()
    said = SimpleNamespace(send=lambda _outgoing: "a\0b\ud800", close=lambda: None)
    monkeypatch.setitem(SESSIONS, "email", lambda: said)

    scene.send_due()

    message = scene.message_about(booking)
    assert (message.state, message.provider_id) == ("sent", "ab?")


def test_a_person_without_an_address_gets_nothing_and_staff_sees_why(north: Any) -> None:
    booking = scene.book()
    booking.client.person.email = ""
    booking.client.person.save()

    scene.send_due()

    message = scene.message_about(booking)
    assert (message.state, message.attempts) == ("dead", 1)
    assert "no address for this channel" in message.reason


def test_one_message_that_can_not_be_read_does_not_hold_up_the_rest(north: Any) -> None:
    first, second = scene.book_many(2)
    Message.objects.filter(subject_id=first.pk).update(subject_kind="of_a_later_version")

    scene.send_due()

    assert scene.message_about(first).state == "failed"
    assert "Unexpected: KeyError" in scene.message_about(first).reason
    assert scene.message_about(second).state == "sent"


def test_an_unexpected_error_is_tried_again_and_the_log_names_the_message_and_nobody(
    north: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    booking = scene.book()
    monkeypatch.setattr("notifications.channels.email.transport.EmailSession.send", lambda *_: 1 / 0)

    scene.send_due()

    message = scene.message_about(booking)
    assert message.state == "failed"
    assert str(message.pk) in caplog.text
    assert booking.client.person.email not in caplog.text


def test_an_error_of_the_turn_gives_the_rest_of_the_batch_back(north: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Red without the `finally`: two messages would wait for the end of a lease that nobody uses."""
    scene.book_many(3)
    monkeypatch.setattr(sending, "mark_sent", lambda *_a, **_k: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        scene.send_due()

    assert scene.states() == ["sending", "planned", "planned"]


def test_what_is_reported_after_the_claim_is_not_sent_again(north: Any) -> None:
    message = scene.message_about(scene.book())
    (claimed,) = sending.claim_due(limit=1)
    record_delivery(message=message, report=Report(ReportKind.DELIVERED, NOW, ""), now=NOW)

    sending.deliver(claimed, sending.Turn())

    assert mail.outbox == []
    assert scene.states() == ["sent"]


def test_what_another_worker_has_taken_over_is_left_to_it(north: Any) -> None:
    message = scene.message_about(scene.book())
    (claimed,) = sending.claim_due(limit=1)
    scene.end_lease(message)
    sending.claim_due(limit=1)

    sending.deliver(claimed, sending.Turn())

    assert mail.outbox == []


def test_when_the_time_is_up_the_rest_of_the_batch_is_given_back(north: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    scene.book_many(3)
    monkeypatch.setattr(sending, "time", SimpleNamespace(monotonic=lambda: 21.0))

    sending.send_due(deadline=20.0)

    assert scene.states() == ["sent", "planned", "planned"]
    assert list(Message.objects.filter(state="planned").values_list("attempts", "lease_until")) == [(0, None)] * 2


@pytest.mark.parametrize("count", [1, 3])
def test_a_batch_costs_so_many_statements_and_each_message_three(
    north: Any, count: int, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Any
) -> None:
    """A look at how it stands, the booking as it is now, the mark. For the batch: the clock, the claim's three between
    savepoints, the messages with their readers, the templates; at the end the clock and a claim that finds nothing."""
    monkeypatch.setitem(SESSIONS, "email", lambda: SimpleNamespace(send=lambda _outgoing: "", close=lambda: None))
    scene.book_many(count)

    with django_assert_num_queries(13 + 3 * count):
        scene.send_due()

    assert scene.states() == ["sent"] * count


def test_a_rule_that_changed_after_the_claim_is_asked_again(north: Any) -> None:
    """Red where the rule is taken as it was: a message planned by the new rule, claimed with the old one in sight."""
    message = scene.message_about(scene.book())
    (claimed,) = sending.claim_due(limit=1)
    Rule.objects.filter(pk=message.rule_id).update(version=2, quiet_from="00:00", quiet_until="23:59:59")
    Message.objects.filter(pk=message.pk).update(rule_version=2)
    claimed.rule_version = 2

    sending.deliver(claimed, sending.Turn())

    assert mail.outbox == []
    message.refresh_from_db()
    assert message.why == "quiet_hours"
