"""A worker leases what is due, by the database's clock; no message is leased to two."""

import threading
import time
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction

from notifications.models import Message
from notifications.rules.messages import LEASE, MessageState
from notifications.services import send_due as sending
from notifications.services.finish_message import finish_message, mark_sent
from tenants.context import use
from tenants.leases import database_now
from tests.notifications import scene
from tests.support.committed import in_threads


def _keys(messages: list[Message]) -> list[UUID]:
    return [message.pk for message in messages]


def test_a_due_message_is_leased_by_the_databases_clock(north: Any) -> None:
    message = scene.message_about(scene.book())

    with time_machine.travel(datetime.now(tz=UTC) + timedelta(days=400)):
        assert sending.claim_due(limit=10) == [message]

    message.refresh_from_db()
    assert (message.state, message.attempts) == ("sending", 1)
    assert message.lease_until is not None
    assert abs(message.lease_until - database_now() - LEASE) < timedelta(minutes=1)


def test_what_is_not_due_yet_is_left_alone_whatever_this_machines_clock_says(north: Any) -> None:
    message = scene.message_about(scene.book())
    Message.objects.update(due_at=datetime.now(tz=UTC) + timedelta(hours=1))

    with time_machine.travel(datetime.now(tz=UTC) + timedelta(days=1)):
        assert sending.claim_due(limit=10) == []

    message.refresh_from_db()
    assert message.state == "planned"


def test_a_leased_message_is_not_claimed_until_its_lease_has_ended(north: Any) -> None:
    message = scene.message_about(scene.book())
    sending.claim_due(limit=10)

    assert sending.claim_due(limit=10) == []

    scene.end_lease(message)
    assert sending.claim_due(limit=10) == [message]
    message.refresh_from_db()
    assert message.attempts == 2


@pytest.mark.parametrize("state", ["sent", "dead", "superseded", "expired"])
def test_what_has_ended_is_never_claimed(north: Any, state: str) -> None:
    scene.book()
    Message.objects.update(state=state)

    assert sending.claim_due(limit=10) == []


def test_the_longest_due_come_first_and_no_more_than_asked_for(north: Any) -> None:
    bookings = scene.book_many(3)
    messages = [scene.message_about(booking) for booking in bookings]
    Message.objects.filter(pk=messages[2].pk).update(due_at=messages[0].due_at - timedelta(hours=1))

    assert sending.claim_due(limit=2) == [messages[2], messages[0]]


def test_two_workers_share_the_work_without_waiting_for_each_other(own_database: str) -> None:
    from tenants.resolution import resolve

    north = resolve(host="north.test", number=None)
    assert north is not None
    with use(north):
        due = {scene.message_about(booking).pk for booking in scene.book_many(4)}
    first_has_claimed, second_is_done = threading.Event(), threading.Event()

    def first() -> list[UUID]:
        with use(north), transaction.atomic():
            mine = _keys(sending.claim_due(limit=2))
            first_has_claimed.set()
            assert second_is_done.wait(timeout=30)  # its rows are locked all the while
            return mine

    def second() -> list[UUID]:
        assert first_has_claimed.wait(timeout=30)
        try:
            with use(north):
                return _keys(sending.claim_due(limit=10))
        finally:
            second_is_done.set()

    mine, yours = in_threads(first, second)

    assert (len(mine), len(yours)) == (2, 2)
    assert {*mine, *yours} == due


def test_a_worker_whose_lease_has_ended_does_not_write_over_its_successor(north: Any) -> None:
    message = scene.message_about(scene.book())
    sending.claim_due(limit=1)
    late = Message.objects.get(pk=message.pk)
    scene.end_lease(message)
    sending.claim_due(limit=1)

    finish_message(late, MessageState.DEAD, reason="Too late to say so.")
    mark_sent(late, provider_id="late", address="late@example.com")

    message.refresh_from_db()
    assert (message.state, message.attempts, message.reason) == ("sending", 2, "")
    assert (message.provider_id, message.address) == ("", "")


def test_what_is_sent_is_marked_also_where_its_row_is_held_for_long(own_database: str) -> None:
    """Red with the lock timeout that all others have: the message would be sent again when its lease ends. Who plans
    bookings anew holds the rows of their messages until the chunk is done."""
    from tenants.resolution import resolve

    north = resolve(host="north.test", number=None)
    assert north is not None
    with use(north):
        message = scene.message_about(scene.book())
    is_held, is_sending = threading.Event(), threading.Event()

    def plan() -> None:
        assert is_sending.wait(timeout=30)
        with use(north), transaction.atomic():
            Message.objects.select_for_update().get(pk=message.pk)
            is_held.set()
            time.sleep(1.0)  # longer than lock_timeout

    def send() -> None:
        class Slow:
            def send(self, _outgoing: Any) -> str:
                is_sending.set()
                assert is_held.wait(timeout=30)
                return "sent"

            def close(self) -> None:
                return

        with use(north), pytest.MonkeyPatch.context() as patch:
            patch.setattr(sending, "SESSIONS", {"email": Slow})
            scene.send_due()

    in_threads(plan, send)

    with use(north):
        message.refresh_from_db()
    assert (message.state, message.attempts, message.provider_id) == ("sent", 1, "sent")


def test_of_much_that_is_due_no_more_is_read_than_is_claimed(north: Any) -> None:
    """By the index's order. With few statistics, as after a quiet hour, Postgres may else read and sort all of it."""
    message = scene.message_about(scene.book())
    columns = {field.attname: getattr(message, field.attname) for field in Message._meta.concrete_fields}
    Message.objects.bulk_create(Message(**{**columns, "id": uuid4(), "subject_id": uuid4()}) for _ in range(500))
    plans: list[str] = []

    def explained(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:  # noqa: FBT001
        if "SKIP LOCKED" in sql:
            execute(f"EXPLAIN {sql}", params, many, context)
            plans.append("\n".join(line for (line,) in context["cursor"].fetchall()))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(explained):
        assert len(sending.claim_due(limit=10)) == 10

    (plan,) = plans
    assert "Index Scan using message_open_due" in plan
    assert "Sort" not in plan


@pytest.mark.parametrize(
    "wrong", [{"state": "sending", "lease_until": None}, {"state": "sent", "lease_until": datetime.now(tz=UTC)}]
)
def test_there_is_a_lease_while_sending_and_only_then(north: Any, wrong: dict[str, Any]) -> None:
    scene.book()

    with pytest.raises(IntegrityError, match="message_lease_while_sending"), transaction.atomic():
        Message.objects.update(**wrong)
