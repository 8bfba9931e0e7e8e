"""The log of webhook deliveries is kept for 30 days after their end; what is not delivered is never forgotten."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from notifications import tasks
from notifications.models import WebhookAttempt, WebhookDelivery
from notifications.services import forget_deliveries as service
from notifications.services.replay_delivery import replay_delivery
from notifications.services.switch_off_endpoint import switch_off_endpoint
from tenants.context import activate_public, use
from tests.notifications.scene import book
from tests.notifications.webhooks import scene
from tests.notifications.webhooks.receiver import Receiver, answer

DAY = timedelta(days=1)


def _now() -> datetime:
    return datetime.now(tz=UTC)


def _age(by: timedelta) -> None:
    """All that ended did so by so much earlier."""
    for delivery in WebhookDelivery.objects.exclude(ended_at=None):
        WebhookDelivery.objects.filter(pk=delivery.pk).update(ended_at=delivery.ended_at - by)  # type: ignore[operator]


@pytest.fixture
def delivered(north: Any, receiver: Receiver) -> WebhookDelivery:
    scene.register(receiver.url)
    book()
    scene.turn()
    delivery = scene.only()
    assert delivery.state == "delivered"
    return delivery


@pytest.mark.parametrize(("age", "left"), [(29.9 * DAY, 1), (30.1 * DAY, 0)])
def test_a_delivery_goes_with_its_attempts_after_thirty_days(
    delivered: WebhookDelivery, age: timedelta, left: int
) -> None:
    _age(age)

    assert service.forget_deliveries(now=_now()) == 1 - left

    assert (WebhookDelivery.objects.count(), WebhookAttempt.objects.count()) == (left, left)


@pytest.mark.parametrize("state", ["planned", "failed", "sending"])
def test_what_is_not_delivered_is_never_forgotten(north: Any, receiver: Receiver, state: str) -> None:
    scene.register(receiver.url)
    book()
    lease = _now() + timedelta(minutes=1) if state == "sending" else None
    WebhookDelivery.objects.update(state=state, lease_until=lease)

    assert service.forget_deliveries(now=_now() + 3650 * DAY) == 0
    assert scene.only().ended_at is None


def _deliver(_: Receiver) -> None:
    scene.turn()


def _refuse(receiver: Receiver) -> None:
    receiver.behaviour = answer(410)
    scene.turn()


def _fail(receiver: Receiver) -> None:
    receiver.behaviour = answer(500)
    scene.turn()


def _switch_off(_: Receiver) -> None:
    switch_off_endpoint(endpoint=scene.only().endpoint, why="Enough.", now=_now())


@pytest.mark.parametrize(
    ("happens", "state"),
    [(_deliver, "delivered"), (_refuse, "dead"), (_switch_off, "cancelled"), (_fail, "failed")],
)
def test_it_is_written_down_when_it_ended(
    north: Any, receiver: Receiver, happens: Callable[[Receiver], None], state: str
) -> None:
    scene.register(receiver.url)
    book()

    happens(receiver)

    delivery = scene.only()
    assert delivery.state == state
    assert (delivery.ended_at is None) == (state == "failed")
    assert service.forget_deliveries(now=_now() + 29 * DAY) == 0
    assert service.forget_deliveries(now=_now() + 31 * DAY) == (0 if state == "failed" else 1)


def test_what_is_replayed_stays_as_long_as_its_replay(delivered: WebhookDelivery) -> None:
    _age(40 * DAY)
    replay = replay_delivery(delivery=delivered)

    assert service.forget_deliveries(now=_now()) == 0
    assert WebhookDelivery.objects.filter(pk=replay.pk).exists(), "it would have gone with what it repeats"

    scene.turn()
    assert service.forget_deliveries(now=_now()) == 0
    _age(31 * DAY)
    assert service.forget_deliveries(now=_now()) == 2


def test_many_are_forgotten_in_batches(
    delivered: WebhookDelivery, monkeypatch: pytest.MonkeyPatch, django_assert_max_num_queries: Any
) -> None:
    monkeypatch.setattr(service, "BATCH", 2)
    for _ in range(4):
        book()
        scene.turn()
    _age(31 * DAY)

    with django_assert_max_num_queries(1 + 3 * 6):
        assert service.forget_deliveries(now=_now()) == 5


def test_the_task_forgets_in_every_tenant(north: Any, south: Any, receiver: Receiver) -> None:
    for tenant in (north, south):
        with use(tenant):
            scene.register(receiver.url)
            book()
            scene.turn()
            _age(31 * DAY)
    activate_public()

    tasks.forget_deliveries()

    for tenant in (north, south):
        with use(tenant):
            assert not WebhookDelivery.objects.exists()
