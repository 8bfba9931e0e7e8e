"""An endpoint is told of a subject in the order in which things happened; other subjects and endpoints go on."""

from datetime import timedelta
from typing import Any

import pytest
from django.db.models import Q

from notifications.channels.webhooks.transport import Answer
from notifications.models import WebhookDelivery
from notifications.models.webhooks import WebhookDeliveryQuerySet
from notifications.services import deliver_webhooks as delivering
from tenants.context import use
from tenants.leases import claim, database_now
from tenants.resolution import resolve
from tests.notifications import scene as bookings
from tests.notifications.webhooks import scene
from tests.notifications.webhooks.receiver import Call, Receiver, answer
from tests.support.committed import in_threads

LEASE = timedelta(minutes=2)


def test_a_later_event_waits_until_the_earlier_one_is_through(north: Any, receiver: Receiver) -> None:
    scene.register(receiver.url)
    moved, other = bookings.book_many(2)
    bookings.cancel(moved)
    receiver.choose = _only_first_fails(str(moved.pk), times=2)

    scene.turn()
    assert receiver.told == [("booking.booked", str(moved.pk)), ("booking.booked", str(other.pk))]
    scene.retry_now()
    assert receiver.told[2:] == [("booking.booked", str(moved.pk))]
    scene.retry_now()

    assert receiver.told[3:] == [("booking.booked", str(moved.pk)), ("booking.cancelled", str(moved.pk))]
    assert set(scene.states()) == {"delivered"}


def test_without_the_guard_the_order_is_lost(north: Any, receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control of the test above."""
    monkeypatch.setattr(
        WebhookDeliveryQuerySet,
        "due",
        lambda self, now: self.filter(Q(state__in=["planned", "failed"]), due_at__lte=now),
    )
    scene.register(receiver.url)
    booking = bookings.book()
    bookings.cancel(booking)
    receiver.choose = _only_first_fails(str(booking.pk), times=1)

    scene.turn()

    assert [event for event, _ in receiver.told] == ["booking.booked", "booking.cancelled"]
    assert scene.states() == ["failed", "delivered"]


def test_another_endpoint_does_not_wait(north: Any, receiver: Receiver) -> None:
    for path in ("/broken", "/sound"):
        scene.register(f"{receiver.url}{path}")
    receiver.at["/broken"] = answer(500)
    booking = bookings.book()
    bookings.cancel(booking)

    scene.turn()

    sound = [call.json["type"] for call in receiver.calls if call.path == "/sound"]
    assert sound == ["booking.booked", "booking.cancelled"]


def test_a_dead_one_lets_the_next_go(north: Any, receiver: Receiver) -> None:
    scene.register(receiver.url)
    booking = bookings.book()
    bookings.cancel(booking)
    WebhookDelivery.objects.filter(event_type="booking.booked").update(expires_at=database_now())

    scene.turn()

    assert scene.states() == ["dead", "delivered"]


def test_nothing_is_claimed_while_an_earlier_one_is_being_sent(north: Any, receiver: Receiver) -> None:
    scene.register(receiver.url)
    bookings.cancel(bookings.book())
    now = database_now()
    assert len(claim(WebhookDelivery.objects.due(now), limit=10, lease=LEASE, now=now)) == 1

    assert claim(WebhookDelivery.objects.due(now), limit=10, lease=LEASE, now=now) == []


def test_killed_between_the_call_and_writing_it_down_it_is_called_again_with_the_same_id(
    north: Any, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene.register(receiver.url)
    booking = bookings.book()
    with monkeypatch.context() as killed:
        killed.setattr(delivering, "_mark", lambda *_a, **_k: (_ for _ in ()).throw(SystemExit))
        with pytest.raises(SystemExit):
            scene.turn()
    bookings.cancel(booking)
    assert scene.turn() == 0  # the lease holds, and the order with it

    scene.end_leases()
    scene.turn()

    first, second, third = receiver.calls
    assert first.id == second.id != third.id
    assert [event for event, _ in receiver.told] == ["booking.booked", "booking.booked", "booking.cancelled"]
    assert scene.states() == ["delivered", "delivered"]


def test_a_worker_whose_lease_has_ended_does_not_write_over_its_successor(north: Any, receiver: Receiver) -> None:
    scene.register(receiver.url)
    bookings.book()
    now = database_now()
    claim(WebhookDelivery.objects.due(now), limit=1, lease=LEASE, now=now)
    late = scene.only()
    scene.end_leases()
    claim(WebhookDelivery.objects.due(now), limit=1, lease=LEASE, now=now)

    delivering._mark(late, Answer(status=410), now=now)

    assert (scene.only().state, scene.only().attempts) == ("sending", 2)
    assert scene.only().endpoint.is_active, "nor switches it off"
    assert not scene.only().tries.exists()


def test_two_workers_tell_everything_once_and_in_order(own_database: str, receiver: Receiver) -> None:
    north = resolve(host="north.test", number=None)
    assert north is not None
    with use(north):
        scene.register(receiver.url)
        made = bookings.book_many(8)
        for booking in made:
            bookings.cancel(booking)

    def work() -> int:
        with use(north):
            return scene.turn()

    done = in_threads(work, work)
    with use(north):
        done.append(scene.turn())
        assert set(scene.states()) == {"delivered"}

    assert sum(done) == 16
    assert len({call.id for call in receiver.calls}) == len(receiver.calls) == 16
    for booking in made:
        told = [event for event, subject in receiver.told if subject == str(booking.pk)]
        assert told == ["booking.booked", "booking.cancelled"]


def _only_first_fails(subject: str, *, times: int) -> Any:
    """500 for the first so many calls about a subject."""
    seen: list[Call] = []

    def choose(call: Call) -> Any:
        if call.json["data"]["id"] != subject or len(seen) >= times:
            return None
        seen.append(call)
        return answer(500)

    return choose
