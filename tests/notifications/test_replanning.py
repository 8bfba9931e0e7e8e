"""A changed rule changes what it has planned and not sent, and nothing else."""

import threading
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import transaction

from notifications import subjects
from notifications.models import Message, Rule
from notifications.services import replan as replanning
from notifications.services.change_rule import archive_rule, change_rule, create_rule
from tenants.context import use
from tests.notifications import scene
from tests.support import cast
from tests.support.committed import in_threads
from tests.support.live import wait_until


def _now() -> datetime:
    return datetime.now(tz=UTC)


def _reminder(minutes: int = 60, **fields: Any) -> Rule:
    return create_rule(fields={"event": "before_start", "offset_minutes": minutes, **fields}, now=_now())


def _change(rule: Rule, **changes: Any) -> None:
    change_rule(rule=rule, changes=changes, now=_now())
    scene.replan()


def test_other_minutes_move_the_planned_message(north: Any) -> None:
    rule = _reminder(60)
    booking = scene.book()
    assert scene.message_about(booking, "before_start").due_at == booking.starts_at - timedelta(minutes=60)

    _change(rule, offset_minutes=90)

    message = scene.message_about(booking, "before_start")
    assert (message.state, message.due_at) == ("planned", booking.starts_at - timedelta(minutes=90))
    assert [line["why"] for line in message.history] == ["rule_changed"]


def test_what_was_sent_is_not_sent_again(north: Any) -> None:
    rule = _reminder(60)
    booking = scene.book()
    Message.objects.filter(event="before_start").update(state="sent")

    _change(rule, offset_minutes=30, channel="sms")

    (message,) = Message.objects.filter(subject_id=booking.pk, event="before_start")
    assert (message.state, message.channel) == ("sent", "email")


def test_a_rule_that_is_switched_off_takes_its_messages_back_and_on_again_plans_them(north: Any) -> None:
    rule = _reminder(60)
    booking = scene.book()

    _change(rule, is_active=False)
    message = scene.message_about(booking, "before_start")
    assert (message.state, message.why) == ("cancelled", "rule_off")

    _change(rule, is_active=True)
    message = scene.message_about(booking, "before_start")
    assert (message.state, message.why) == ("planned", "")


def test_a_deleted_rule_takes_its_messages_back(north: Any) -> None:
    rule = _reminder(60)
    booking = scene.book()

    archive_rule(rule=rule, now=_now())
    scene.replan()

    assert scene.message_about(booking, "before_start").state == "cancelled"
    assert not Rule.objects.kept().filter(pk=rule.pk).exists()


@pytest.mark.parametrize("field", ["brand_id", "service_ids"])
def test_a_rule_that_no_longer_covers_a_booking_takes_its_message_back(north: Any, field: str) -> None:
    rule = _reminder(60)
    booking = scene.book()
    elsewhere = cast.make_brand("kids").pk

    _change(rule, **{field: elsewhere if field == "brand_id" else [elsewhere]})

    message = scene.message_about(booking, "before_start")
    assert (message.state, message.why) == ("cancelled", "rule_changed")


def test_another_audience_means_other_readers(north: Any) -> None:
    rule = _reminder(60)
    booking = scene.book()

    _change(rule, audience="staff")

    messages = {message.recipient_id: message.state for message in Message.objects.filter(event="before_start")}
    assert messages == {booking.client.person_id: "cancelled", booking.coach.person_id: "planned"}


def test_what_happened_already_is_not_told_by_a_new_rule(north: Any) -> None:
    scene.book()
    before = Message.objects.count()

    create_rule(fields={"event": "booked", "audience": "staff"}, now=_now())
    scene.replan()

    assert Message.objects.count() == before


def test_an_unsent_message_by_an_older_version_is_planned_anew_rather_than_sent(north: Any) -> None:
    booking = scene.book()
    rule = Rule.objects.get(event="booked")
    change_rule(rule=rule, changes={"is_active": False}, now=_now())

    scene.send_due()  # before anybody has planned it anew

    message = scene.message_about(booking)
    assert (message.state, message.why, message.attempts) == ("cancelled", "rule_off", 0)


def test_a_booking_that_began_before_the_change_and_ends_after_it_is_seen(own_database: str) -> None:
    """Red without the wait for older transactions: the walk would pass before the booking is there."""
    from tenants.resolution import resolve

    north = resolve(host="north.test", number=None)
    assert north is not None
    booked, changed = threading.Event(), threading.Event()

    def book() -> Any:
        with use(north), transaction.atomic():
            booking = scene.book()
            booked.set()
            assert changed.wait(timeout=30)
            return booking.pk

    def change() -> bool:
        assert booked.wait(timeout=30)
        try:
            with use(north):
                _reminder(60)
                return replanning.replan_rules(deadline=float("inf"), now=_now())
        finally:
            changed.set()

    booking_id, done_at_once = in_threads(book, change)

    assert done_at_once is False
    with use(north):
        # Other tests' transactions on the same server are waited for as well.
        wait_until(lambda: replanning.replan_rules(deadline=float("inf"), now=_now()), "the older transactions")
        assert Message.objects.filter(subject_id=booking_id, event="before_start", state="planned").exists()


def test_cut_off_by_the_time_it_goes_on_later(north: Any) -> None:
    booking = scene.book()
    _reminder(60)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(replanning, "_older_transactions_have_ended", lambda _xid: True)
        assert not replanning.replan_rules(deadline=0, now=_now())
    assert Rule.objects.filter(planned_version=0).exists()

    assert scene.replan()
    assert scene.message_about(booking, "before_start").state == "planned"


def test_a_long_walk_goes_on_where_it_was_cut_off(north: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Red where each turn begins at the first booking: it would never come past what one turn has time for."""
    scene.book_many(4)
    rule = _reminder(60)
    monkeypatch.setattr(replanning, "CHUNK", 1)
    monkeypatch.setattr(replanning, "_older_transactions_have_ended", lambda _xid: True)
    turns = 0
    while Rule.objects.get(pk=rule.pk).planned_version == 0:
        turns += 1
        assert turns < 10
        clock = iter([0.0])  # one chunk, then the time is up
        monkeypatch.setattr(replanning, "time", SimpleNamespace(monotonic=lambda clock=clock: next(clock, 2.0)))
        replanning.replan_rules(deadline=1.0, now=_now())

    assert Message.objects.filter(event="before_start", state="planned").count() == 4
    # A booking each, and to see of each kind that no more come.
    assert turns == 4 + len(subjects.kinds())
