"""Sending a message again, or ahead of its time: only what is still true and wanted, and it is known who wanted it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.db.models import F

from bookings.models import CoachBooking
from bookings.services.reschedule_coach_booking import reschedule_coach_booking
from notifications.errors import (
    MessageNotRetriableError,
    MessageNotWaitingError,
    MessageTooLateError,
    MessageUntrueError,
    MessageUnwantedError,
)
from notifications.models import Message, Rule
from notifications.rules import Channel, MessageState, Why
from notifications.rules.suppressions import SuppressionReason, SuppressionScope
from notifications.services.change_rule import change_rule
from notifications.services.end_suppression import end_suppression
from notifications.services.retry_message import retry_message
from notifications.services.retry_messages import retry_messages
from notifications.services.send_now import send_now
from notifications.services.suppress import suppress
from tests.notifications import scene
from tests.support import cast

BY = "user:somebody"
DAY = timedelta(days=1)


def _now() -> datetime:
    return datetime.now(tz=UTC)


def _ended(state: str, event: str = "booked") -> Message:
    """A message about a booking that came to this end, after five attempts."""
    message = scene.message_about(scene.book(), event)
    Message.objects.filter(pk=message.pk).end(MessageState(state), why=Why.REFUSED, reason="No such mailbox.")
    Message.objects.filter(pk=message.pk).update(attempts=5, expires_at=F("created_at"))
    return message


def _reminder(**due: timedelta) -> Message:
    Rule.objects.create(event="before_start", offset_minutes=60)
    return scene.message_about(scene.book(), "before_start")


@pytest.mark.parametrize("state", ["dead", "failed", "expired", "bounced"])
def test_what_did_not_arrive_is_sent_again(north: Any, state: str) -> None:
    message = _ended(state)

    retried = retry_message(message_id=message.pk, by=BY, now=_now())

    assert (retried.state, retried.why, retried.attempts) == ("planned", "retried", 0)
    assert retried.expires_at - retried.due_at == timedelta(minutes=message.rule.lateness_minutes)
    assert retried.history[-1] == {
        "at": retried.history[-1]["at"], "state": "planned", "why": "retried", "reason": f"Retried: it was {state}.",
        "by": BY,
    }  # fmt: skip
    scene.send_due()
    assert len(mail.outbox) == 1
    assert scene.message_about(CoachBooking.objects.get()).state == "sent"


@pytest.mark.parametrize("state", ["planned", "sent", "superseded", "cancelled"])
def test_nothing_else_is(north: Any, state: str) -> None:
    message = _ended(state)

    with pytest.raises(MessageNotRetriableError, match=f"that is {state} is not sent again"):
        retry_message(message_id=message.pk, by=BY, now=_now())

    message.refresh_from_db()
    assert message.state == state


def test_what_the_suppression_list_held_back_is_sent_once_that_is_ended(north: Any) -> None:
    message = scene.message_about(scene.book())
    assert message.recipient
    held = suppress(
        channel=Channel.EMAIL, address=message.recipient.email, brand_id=None, reason=SuppressionReason.BOUNCED,
        scope=SuppressionScope.EVERYTHING, now=_now(),
    )  # fmt: skip
    for _ in range(2):  # retried while it stands there, it is held back again
        scene.send_due()
        message.refresh_from_db()
        assert (message.state, message.why) == ("cancelled", "bounced")
        retry_message(message_id=message.pk, by=BY, now=_now())
    assert not mail.outbox

    end_suppression(suppression=held, now=_now())
    scene.send_due()

    assert len(mail.outbox) == 1


def test_what_is_being_sent_is_left_to_its_worker(north: Any) -> None:
    message = _ended("failed")
    Message.objects.update(state="sending", lease_until=_now() + DAY)

    with pytest.raises(MessageNotRetriableError):
        retry_message(message_id=message.pk, by=BY, now=_now())


def test_what_is_no_longer_true_is_not_sent_again(north: Any) -> None:
    message = _ended("dead")
    scene.cancel(CoachBooking.objects.get())

    with pytest.raises(MessageUntrueError):
        retry_message(message_id=message.pk, by=BY, now=_now())


def test_nor_about_what_nobody_knows(north: Any) -> None:
    message = _ended("dead")
    Message.objects.update(subject_kind="of_a_later_version")

    with pytest.raises(MessageUntrueError):
        retry_message(message_id=message.pk, by=BY, now=_now())


def test_a_reminder_of_what_has_begun_is_too_late(north: Any) -> None:
    message = _reminder()
    Message.objects.filter(pk=message.pk).end(MessageState.DEAD, why=Why.REFUSED, reason="")
    start = CoachBooking.objects.get().starts_at

    with pytest.raises(MessageTooLateError):
        retry_message(message_id=message.pk, by=BY, now=start)
    retried = retry_message(message_id=message.pk, by=BY, now=start - timedelta(minutes=5))
    assert retried.expires_at == start


def test_a_rule_that_is_off_wants_nothing(north: Any) -> None:
    message = _ended("dead")
    Rule.objects.update(is_active=False)

    with pytest.raises(MessageUnwantedError):
        retry_message(message_id=message.pk, by=BY, now=_now())


def test_a_rule_that_was_changed_decides_at_once(north: Any) -> None:
    message = _ended("dead")
    Rule.objects.filter(event="booked").update(version=2, lateness_minutes=60)

    retried = retry_message(message_id=message.pk, by=BY, now=_now())

    assert (retried.rule_version, retried.state) == (2, "planned")
    assert retried.expires_at - retried.due_at == timedelta(minutes=60)


def test_and_may_no_longer_want_it(north: Any) -> None:
    message = _ended("dead")
    Rule.objects.filter(event="booked").update(version=2, subject_kind="visit")

    with pytest.raises(MessageUnwantedError):
        retry_message(message_id=message.pk, by=BY, now=_now())

    message.refresh_from_db()
    assert message.state == "dead"


def test_many_are_retried_and_what_may_not_be_is_counted(north: Any) -> None:
    booked = scene.book_many(4)
    ids = [scene.message_about(booking).pk for booking in booked]
    Message.objects.filter(pk__in=ids[:3]).end(MessageState.DEAD, why=Why.REFUSED, reason="")
    Message.objects.filter(pk=ids[3]).end(MessageState.SENT, why=Why.NONE, reason="")
    scene.cancel(booked[0])

    result = retry_messages(message_ids=ids, by=BY, now=_now())

    assert result.done == 2
    assert dict(result.refused) == {
        str(MessageUntrueError()): 1,
        str(MessageNotRetriableError(state="sent")): 1,
    }


def test_a_reminder_is_sent_ahead_of_its_time(north: Any) -> None:
    message = _reminder()
    assert message.due_at > _now() + timedelta(minutes=5)

    sent = send_now(message_id=message.pk, by=BY, now=_now())

    assert (sent.state, sent.history[-1]["by"]) == ("planned", BY)
    scene.send_due()
    message.refresh_from_db()
    assert message.state == "sent"


def test_what_waits_for_its_next_try_is_tried_now(north: Any) -> None:
    message = _ended("failed")
    Message.objects.update(due_at=_now() + timedelta(hours=1))

    assert send_now(message_id=message.pk, by=BY, now=_now()).due_at <= _now()


def test_what_is_due_stays_as_it_is(north: Any) -> None:
    message = scene.message_about(scene.book())

    assert send_now(message_id=message.pk, by=BY, now=_now()).history == []


@pytest.mark.parametrize("state", ["sent", "dead", "superseded", "cancelled", "expired", "bounced"])
def test_what_does_not_wait_is_not_sent_now(north: Any, state: str) -> None:
    message = _ended(state)

    with pytest.raises(MessageNotWaitingError):
        send_now(message_id=message.pk, by=BY, now=_now())


def test_what_was_moved_meanwhile_is_not_sent_now(north: Any) -> None:
    message = _reminder()
    booking = CoachBooking.objects.get()
    reschedule_coach_booking(booking=booking, slot_at=cast.tomorrow_at(11), now=_now())

    with pytest.raises(MessageNotWaitingError, match="superseded"):
        send_now(message_id=message.pk, by=BY, now=_now())


def test_a_worker_is_woken_for_it(north: Any, django_capture_on_commit_callbacks: Any) -> None:
    from notifications.services.hints import due_hints, take_hint

    message = _ended("dead")
    take_hint(north.schema_name)

    with django_capture_on_commit_callbacks(execute=True):
        retry_message(message_id=message.pk, by=BY, now=_now())

    assert [*due_hints(now=_now(), limit=10)] == [north.schema_name]


@pytest.mark.parametrize("event", ["booked", "before_start"])
def test_a_rule_of_another_channel_by_now_sends_it_by_that(north: Any, event: str) -> None:
    message = _reminder() if event == "before_start" else scene.message_about(scene.book())
    Message.objects.filter(pk=message.pk).end(MessageState.DEAD, why=Why.NO_ADDRESS, reason="")
    change_rule(rule=message.rule, changes={"channel": "sms"}, now=_now())

    sent = retry_message(message_id=message.pk, by=BY, now=_now())

    assert (sent.channel, sent.state, sent.why, sent.history[-1]["by"]) == ("sms", "planned", "retried", BY)
    assert sent.due_at <= _now()
    assert sent.expires_at > _now()
    message.refresh_from_db()
    assert (message.state, message.why) == ("cancelled", "rule_changed")


def test_who_was_told_by_the_other_channel_is_not_told_again(north: Any) -> None:
    message = scene.message_about(scene.book())
    Message.objects.filter(pk=message.pk).end(MessageState.FAILED, why=Why.REFUSED, reason="")
    change_rule(rule=message.rule, changes={"channel": "sms"}, now=_now())
    scene.replan()
    Message.objects.filter(channel="sms").end(MessageState.SENT, why=Why.NONE, reason="")
    Message.objects.filter(pk=message.pk).update(state="dead")

    with pytest.raises(MessageUnwantedError, match="by another channel"):
        retry_message(message_id=message.pk, by=BY, now=_now())

    assert sorted(Message.objects.values_list("channel", "state")) == [("email", "dead"), ("sms", "sent")]
