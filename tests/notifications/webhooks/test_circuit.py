"""An endpoint in trouble, slow or busy holds up neither the others nor the worker."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from notifications import tasks
from notifications.channels.webhooks import transport
from notifications.models import WebhookDelivery, WebhookEndpoint
from notifications.services import deliver_webhooks as delivering
from notifications.services import hints, rest_endpoint
from notifications.services.next_due import next_due_here, next_due_of_all
from notifications.services.rest_endpoint import resting_endpoints
from tenants.leases import database_now
from tenants.tasks import HEADER
from tests.notifications import scene as bookings
from tests.notifications.webhooks import scene
from tests.notifications.webhooks.receiver import Receiver, answer, hang


def test_one_that_hangs_is_left_alone_after_its_first_call(
    north: Any, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "TOTAL_SECONDS", 0.3)
    receiver.at = {"/hangs": hang}
    slow = scene.register(f"{receiver.url}/hangs").endpoint
    scene.register(f"{receiver.url}/sound")
    bookings.book_many(4)

    scene.turn()

    paths = [call.path for call in receiver.calls]
    assert (paths.count("/hangs"), paths.count("/sound")) == (1, 4)
    assert list(resting_endpoints()) == [slow.pk]


def test_without_the_circuit_each_delivery_would_wait(
    north: Any, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control of the test above."""
    monkeypatch.setattr(transport, "TOTAL_SECONDS", 0.2)
    monkeypatch.setattr(delivering, "rest_endpoint", lambda *_a, **_k: None)
    receiver.at = {"/hangs": hang}
    scene.register(f"{receiver.url}/hangs")
    bookings.book_many(4)

    scene.turn()

    assert len(receiver.calls) == 4


def test_a_slow_one_gets_a_fifth_of_a_worker(north: Any, receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rest_endpoint, "_SLOW_SECONDS", 0.2)
    receiver.behaviour = _after(0.3)
    endpoint = scene.register(receiver.url).endpoint
    bookings.book_many(3)

    scene.turn()

    assert len(receiver.calls) == 1
    assert list(resting_endpoints()) == [endpoint.pk]
    assert scene.states() == ["delivered", "planned", "planned"]


def test_429_leaves_it_alone_as_long_as_it_asks(north: Any, receiver: Receiver) -> None:
    receiver.behaviour = answer(429, Retry_After="40")
    endpoint = scene.register(receiver.url).endpoint
    bookings.book_many(3)

    scene.turn()

    assert len(receiver.calls) == 1
    assert 35 < resting_endpoints()[endpoint.pk] <= 40


def test_a_success_ends_the_pauses(north: Any, receiver: Receiver) -> None:
    endpoint = scene.register(receiver.url).endpoint
    bookings.book_many(2)
    receiver.behaviour = answer(503)
    scene.turn()
    assert resting_endpoints()

    receiver.behaviour = answer(200)
    scene.retry_now()

    assert resting_endpoints() == {}
    rest_endpoint.rest_endpoint(endpoint.pk)
    assert resting_endpoints()[endpoint.pk] <= 5, "as after a first failure"


def test_thousands_for_one_do_not_delay_one_for_another(
    north: Any, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    many = scene.register(f"{receiver.url}/many").endpoint
    bookings.book()
    _multiply(2000)
    one = scene.register(f"{receiver.url}/one").endpoint
    WebhookEndpoint.objects.filter(pk=many.pk).update(served_at=None)
    bookings.book()
    due = WebhookDelivery.objects.get(endpoint=one)
    assert due.due_at > WebhookDelivery.objects.filter(endpoint=many).order_by("due_at")[1999].due_at

    for _ in range(2):
        scene.turn(seconds=0)

    assert sorted(call.path for call in receiver.calls) == ["/many", "/one"]


def test_whoever_waited_longest_is_next_even_where_a_turn_is_one_call(north: Any, receiver: Receiver) -> None:
    """Turns so short that each holds a single call."""
    for path in ("/a", "/b", "/c"):
        scene.register(f"{receiver.url}{path}")
    bookings.book_many(3)

    for _ in range(6):
        scene.turn(seconds=0)

    paths = [call.path for call in receiver.calls]
    assert len(paths) == 6
    assert {*paths[:3]} == {*paths[3:]} == {"/a", "/b", "/c"}


def test_webhooks_and_messages_share_a_turn(north: Any, receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.core import mail

    monkeypatch.setattr(tasks, "TURN_SECONDS", 60)
    scene.register(receiver.url)
    bookings.book_many(3)

    tasks.work.apply(headers={HEADER: north.schema_name})

    assert len(receiver.calls) == 3
    assert len(mail.outbox) == 3
    assert next_due_here() is None


def test_a_worker_knows_when_to_come_back(north: Any, receiver: Receiver) -> None:
    scene.register(receiver.url)
    assert next_due_here() is None
    booking = bookings.book()
    bookings.send_due()
    assert next_due_here() == scene.only().due_at
    bookings.cancel(booking)
    bookings.send_due()
    receiver.behaviour = answer(500)
    scene.turn()

    # The later one is due, but waits for the earlier one's next try.
    retried, waiting = WebhookDelivery.objects.order_by("pk")
    assert waiting.due_at < database_now() < retried.due_at
    assert next_due_here() == retried.due_at
    assert next_due_of_all()[north.schema_name] == retried.due_at


def test_a_worker_comes_back_when_a_pause_is_over(north: Any, receiver: Receiver) -> None:
    scene.register(receiver.url)
    bookings.book_many(2)
    bookings.send_due()
    receiver.behaviour = answer(503)
    scene.turn()

    due = next_due_here()

    assert due is not None
    assert timedelta(0) < due - database_now() <= timedelta(seconds=5.1)


def test_after_the_commit_a_hint_says_when_to_look(
    north: Any, receiver: Receiver, django_capture_on_commit_callbacks: Any
) -> None:
    from notifications.models import Rule

    Rule.objects.update(is_active=False)
    scene.register(receiver.url)

    with django_capture_on_commit_callbacks(execute=True):
        bookings.book()

    assert [*hints.due_hints(now=datetime.now(tz=UTC), limit=10)] == [north.schema_name]


def _after(seconds: float) -> Any:
    def behave(handler: Any) -> None:
        time.sleep(seconds)
        answer(200)(handler)

    return behave


def _multiply(count: int) -> None:
    """So many more deliveries like the one that there is, each about another subject."""
    from tenants.ids import new_id

    model = WebhookDelivery.objects.get()
    WebhookDelivery.objects.bulk_create(
        WebhookDelivery(
            endpoint_id=model.endpoint_id,
            event_type=model.event_type,
            subject_kind=model.subject_kind,
            subject_id=new_id(),
            schedule_version=0,
            payload=model.payload,
            due_at=model.due_at,
            expires_at=model.expires_at,
            created_at=model.created_at,
        )
        for _ in range(count)
    )
