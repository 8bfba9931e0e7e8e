"""A changed rule is planned anew: for every booking, to the end, and without forgetting what waits already."""

import threading
import time
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, transaction
from django.db.models import F

from bookings.models import CoachBooking
from notifications import tasks
from notifications.models import Message, Rule
from notifications.services import replan as replanning
from notifications.services import send_due as sending
from notifications.services.plan_messages import plan_by_rule
from notifications.services.replan import replan_rules
from tenants.context import use
from tests.notifications import scene
from tests.support import cast
from tests.support.committed import in_threads

HOUR = timedelta(hours=1)


def _now() -> datetime:
    return datetime.now(tz=UTC)


def _replan(*, seconds: float = 20) -> bool:
    return replan_rules(deadline=time.monotonic() + seconds, now=_now())


def _reminder(minutes: int = 60) -> Rule:
    """A rule that has just been made."""
    return Rule.objects.create(event="before_start", offset_minutes=minutes, planned_version=0)


def _change(rule: Rule, **columns: Any) -> None:
    Rule.objects.filter(pk=rule.pk).update(version=F("version") + 1, updated_at=_now(), **columns)


def _reminders() -> list[tuple[str, str]]:
    return list(Message.objects.filter(event="before_start").values_list("state", "why"))


def test_a_booking_that_was_being_made_while_the_rule_was_is_not_forgotten(own_database: str) -> None:
    """It had read the rules before the new one was committed, and is committed after the bookings were looked at."""
    from tenants.resolution import resolve

    north = resolve(host="north.test", number=None)
    assert north is not None
    has_read, rule_is_there = threading.Event(), threading.Event()

    def book() -> None:
        with use(north), transaction.atomic():
            scene.book()
            has_read.set()
            assert rule_is_there.wait(timeout=30)

    def change() -> bool:
        with use(north):
            # Its transaction is the older one, and ends first.
            with transaction.atomic():
                _reminder()
                assert has_read.wait(timeout=30)
            was_done = _replan(seconds=0.2)
            rule_is_there.set()
            return was_done

    _, was_done = in_threads(book, change)

    with use(north):
        assert not was_done
        assert _replan()
        assert _reminders() == [("planned", "")]


def test_what_only_reads_the_rules_for_hours_holds_nothing_up(own_database: str) -> None:
    """Such as a backup."""
    from tenants.resolution import resolve

    north = resolve(host="north.test", number=None)
    assert north is not None
    reads, is_done = threading.Event(), threading.Event()

    def backup() -> None:
        with use(north), transaction.atomic():
            assert Rule.objects.exists()
            reads.set()
            assert is_done.wait(timeout=30)

    def change() -> bool:
        with use(north):
            _reminder()
            assert reads.wait(timeout=30)
            try:
                return _replan(seconds=0.5)
            finally:
                is_done.set()

    assert in_threads(backup, change)[1] is True


def test_bookings_are_locked_for_a_moment_and_none_is_left_out(north: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each in a transaction of its own where planning one takes as long as bookings may be held."""
    booked = {booking.pk for booking in scene.book_many(3)}
    monkeypatch.setattr(replanning, "HOLD_SECONDS", 0.0)
    transactions = []

    def slowly(**about: Any) -> Any:
        transactions.append(tuple(connection.savepoint_ids))
        time.sleep(0.001)
        return plan_by_rule(**about)

    monkeypatch.setattr(replanning, "plan_by_rule", slowly)
    _reminder()

    assert scene.replan()

    assert len(set(transactions)) == 3
    assert set(Message.objects.filter(event="before_start").values_list("subject_id", flat=True)) == booked


def test_what_waits_for_its_server_goes_on_waiting_when_its_rule_gets_another_name(north: Any) -> None:
    scene.book()
    rule = _reminder()
    _replan()
    past = _now() - timedelta(minutes=5)
    reminder = Message.objects.get(event="before_start")
    _move_booking(reminder, starts_at=past + HOUR)
    Message.objects.filter(pk=reminder.pk).update(wanted_at=past, due_at=past, created_at=past - HOUR)

    _change(rule, name="An hour before")
    _replan()

    assert _reminders() == [("planned", "")]
    assert sending.claim_due(limit=10) != []


def test_too_late_for_what_the_rule_said_is_planned_when_it_says_a_later_time(north: Any) -> None:
    rule = _reminder(minutes=60 * 24 * 30)
    Rule.objects.update(planned_version=1)
    scene.book()
    assert _reminders() == [("expired", "time_passed")]

    _change(rule, offset_minutes=5)
    _replan()

    assert _reminders() == [("planned", "")]


def test_a_new_rule_also_speaks_of_what_fell_into_a_night_that_is_not_over(north: Any) -> None:
    client = cast.make_client(timezone="Asia/Tokyo")
    booking = scene.book(client=client)
    now = _now().replace(microsecond=0)
    CoachBooking.objects.filter(pk=booking.pk).update(starts_at=now - 12 * HOUR)
    night = [(now + hours * HOUR).astimezone(ZoneInfo("Asia/Tokyo")).time() for hours in (-13, 2)]
    Rule.objects.create(
        event="after_end", offset_minutes=30, quiet_from=night[0], quiet_until=night[1], planned_version=0
    )

    scene.replan()

    thanks = scene.message_about(booking, "after_end")
    assert (thanks.state, thanks.due_at) == ("planned", now + 2 * HOUR)


def test_what_fell_due_between_the_change_and_the_planning_is_sent(north: Any) -> None:
    """As after an outage of the workers: a reminder counts from the rule, not from whoever plans it."""
    booking = scene.book()
    rule = _reminder()
    due_at = booking.starts_at - HOUR
    Rule.objects.filter(pk=rule.pk).update(updated_at=due_at - timedelta(minutes=1))

    replan_rules(deadline=time.monotonic() + 20, now=due_at + timedelta(minutes=20))

    assert _reminders() == [("planned", "")]


def test_the_news_of_a_booking_that_has_changed_since_is_not_planned_anew(north: Any) -> None:
    """Its confirmation failed while it was being cancelled."""
    booking = scene.book()
    sending.claim_due(limit=1)
    scene.cancel(booking)
    Message.objects.filter(event="booked").update(state="failed", lease_until=None)

    _change(Rule.objects.get(event="booked"), name="Booked")
    _replan()

    assert not Message.objects.filter(event="booked", schedule_version=1).exists()
    assert scene.message_about(booking).state == "cancelled"


def test_a_rule_that_can_not_be_planned_holds_up_neither_the_others_nor_what_is_due(north: Any) -> None:
    scene.book()
    Rule.objects.create(event="before_start", offset_minutes=5, subject_kind="of_no_app", planned_version=0)
    _reminder()

    tasks.work.run()

    assert _reminders() == [("planned", "")]
    assert scene.message_about(_booking()).state == "sent"


def _booking() -> Any:
    from bookings.models import CoachBooking

    return CoachBooking.objects.get()


def _move_booking(message: Message, *, starts_at: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE bookings_coachbooking SET starts_at = %s WHERE id = %s", [starts_at, message.subject_id])
