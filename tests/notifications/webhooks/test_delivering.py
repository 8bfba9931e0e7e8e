"""What happens to a booking is told to the endpoints that want it: signed, once, in time, and the log says how."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from standardwebhooks import Webhook, WebhookVerificationError

from bookings.services.record_attendance import record_attendance
from notifications.models import WebhookAttempt, WebhookDelivery, WebhookEndpoint
from notifications.services import deliver_webhooks as delivering
from notifications.services.rotate_webhook_secret import rotate_webhook_secret
from tenants.leases import database_now
from tests.notifications import scene as bookings
from tests.notifications.webhooks import scene
from tests.notifications.webhooks.receiver import Receiver, answer
from tests.support import cast


def test_a_booking_is_told_as_it_was_when_it_happened(north: Any, receiver: Receiver) -> None:
    registered = scene.register(f"{receiver.url}/hooks?from=slotkeeper")
    booking = bookings.book()

    assert scene.turn() == 1

    (call,) = receiver.calls
    assert call.path == "/hooks?from=slotkeeper"
    assert call.headers["host"] == f"127.0.0.1:{receiver.port}"
    assert call.headers["content-type"] == "application/json"
    told = Webhook(registered.secret).verify(call.body, call.headers)
    assert told == {
        "type": "booking.booked",
        "timestamp": booking.created_at.isoformat().replace("+00:00", "Z"),
        "data": {
            "kind": "coach_booking",
            "id": str(booking.pk),
            "stage": "stands",
            "schedule_version": 0,
            "brand_id": str(booking.brand_id),
            "service_id": str(booking.office_hour_id),
            "client_id": str(booking.client.person_id),
            "staff_ids": [str(booking.coach.person_id)],
            "starts_at": booking.starts_at.isoformat().replace("+00:00", "Z"),
            "ends_at": booking.ends_at.isoformat().replace("+00:00", "Z"),
        },
    }
    delivery = scene.only()
    assert call.id == str(delivery.webhook_id)
    assert (delivery.state, delivery.attempts, delivery.last_status, delivery.lease_until) == (
        "delivered",
        1,
        200,
        None,
    )
    assert scene.turn() == 0


def test_it_says_nothing_personal(north: Any, receiver: Receiver) -> None:
    scene.register(receiver.url)
    booking = bookings.book()
    scene.turn()

    sent = repr(receiver.calls)
    person = booking.client.person
    assert not [word for word in (person.given_name, person.family_name, person.email) if word in sent]


def test_each_change_is_told_and_none_supersedes_another(north: Any, receiver: Receiver) -> None:
    scene.register(receiver.url)
    over, off = bookings.book_many(2)
    record_attendance(booking=over, came=True, now=over.starts_at)
    bookings.cancel(off)

    scene.turn()

    assert sorted(receiver.told) == sorted(
        [("booking.booked", str(over.pk)), ("booking.booked", str(off.pk)), ("booking.completed", str(over.pk)),
         ("booking.cancelled", str(off.pk))]
    )  # fmt: skip
    cancelled = next(call.json["data"] for call in receiver.calls if call.json["type"] == "booking.cancelled")
    assert (cancelled["stage"], cancelled["schedule_version"]) == ("off", 1)


def test_what_is_rolled_back_is_told_to_nobody(north: Any, receiver: Receiver) -> None:
    scene.register(receiver.url)

    block = transaction.atomic()
    with block:
        bookings.book()
        assert WebhookDelivery.objects.exists()
        transaction.set_rollback(True)

    assert not WebhookDelivery.objects.exists()


@pytest.mark.parametrize(
    ("wants", "told"),
    [
        ({}, 1),
        ({"event_types": ["booking.booked"]}, 1),
        ({"event_types": ["booking.cancelled"]}, 0),
        ({"brand": "main"}, 1),
        ({"brand": "kids"}, 0),
    ],
)
def test_an_endpoint_gets_what_it_wants(north: Any, receiver: Receiver, wants: dict[str, Any], told: int) -> None:
    kids = cast.make_brand("kids")
    if "brand" in wants:
        wants = {"brand": kids if wants["brand"] == "kids" else cast.main_brand()}
    scene.register(receiver.url, **wants)
    bookings.book()

    scene.turn()

    assert len(receiver.calls) == told


def test_an_endpoint_that_is_off_is_told_nothing(north: Any, receiver: Receiver) -> None:
    endpoint = scene.register(receiver.url).endpoint
    WebhookEndpoint.objects.filter(pk=endpoint.pk).update(is_active=False, disabled_at=scene.past())

    bookings.book()

    assert not WebhookDelivery.objects.exists()


def test_what_was_written_before_an_endpoint_was_seen_to_be_off_is_cancelled(north: Any, receiver: Receiver) -> None:
    endpoint = scene.register(receiver.url).endpoint
    bookings.book()
    WebhookEndpoint.objects.filter(pk=endpoint.pk).update(is_active=False, disabled_at=scene.past())

    scene.turn()

    assert receiver.calls == []
    assert (scene.only().state, scene.only().reason) == ("cancelled", "The endpoint was switched off.")


def test_a_failure_is_tried_again_under_the_same_id_with_a_new_signature(north: Any, receiver: Receiver) -> None:
    secret = scene.register(receiver.url).secret
    bookings.book()
    receiver.behaviour = answer(500, b"database gone")
    scene.turn()
    failed = scene.only()
    assert (failed.state, failed.last_status, failed.reason) == ("failed", 500, "The endpoint answered 500.")
    assert timedelta(seconds=5) < failed.due_at - failed.created_at < timedelta(seconds=60)
    assert scene.turn() == 0

    receiver.behaviour = answer(204)
    # As if the first try had been some minutes ago.
    first = dict(receiver.calls[0].headers)
    with pytest.MonkeyPatch.context() as later:
        ahead = database_now() + timedelta(minutes=3)
        later.setattr(delivering, "database_now", lambda: ahead)
        assert scene.turn() == 1

    again = receiver.calls[1]
    assert again.id == first["webhook-id"]
    assert again.body == receiver.calls[0].body
    assert int(again.headers["webhook-timestamp"]) - int(first["webhook-timestamp"]) >= 170
    assert again.headers["webhook-signature"] != first["webhook-signature"]
    for call in receiver.calls:
        Webhook(secret).verify(call.body, call.headers)
    assert list(WebhookAttempt.objects.values_list("number", "status", "answer")) == [
        (1, 500, "database gone"), (2, 204, "")
    ]  # fmt: skip


def test_while_secrets_overlap_both_of_them_verify(north: Any, receiver: Receiver) -> None:
    registered = scene.register(receiver.url)
    now = datetime.now(tz=UTC)
    new = rotate_webhook_secret(endpoint=registered.endpoint, now=now, overlap=timedelta(hours=1))
    bookings.book()
    scene.turn()

    (call,) = receiver.calls
    assert len(call.headers["webhook-signature"].split()) == 2
    for secret in (registered.secret, new):
        assert Webhook(secret).verify(call.body, call.headers)


@pytest.mark.parametrize("overlap", [timedelta(0), timedelta(seconds=1)])
def test_after_the_overlap_only_the_new_secret_verifies(north: Any, receiver: Receiver, overlap: timedelta) -> None:
    registered = scene.register(receiver.url)
    begun = datetime.now(tz=UTC) - timedelta(minutes=1)
    new = rotate_webhook_secret(endpoint=registered.endpoint, now=begun, overlap=overlap)
    bookings.book()
    scene.turn()

    (call,) = receiver.calls
    Webhook(new).verify(call.body, call.headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(registered.secret).verify(call.body, call.headers)


def test_410_switches_the_endpoint_off_and_cancels_what_waits(north: Any, receiver: Receiver) -> None:
    endpoint = scene.register(receiver.url).endpoint
    bookings.book_many(3)
    receiver.behaviour = answer(410)

    scene.turn()

    endpoint.refresh_from_db()
    assert (endpoint.is_active, endpoint.disabled_why) == (False, "It answered 410 Gone.")
    assert endpoint.disabled_at is not None
    assert len(receiver.calls) == 1
    assert scene.states() == ["dead", "cancelled", "cancelled"]
    bookings.book()
    assert len(scene.states()) == 3


def test_it_is_given_up_after_72_hours(north: Any, receiver: Receiver) -> None:
    scene.register(receiver.url)
    bookings.book()
    receiver.behaviour = answer(500)
    delivery = scene.only()
    assert delivery.expires_at - delivery.created_at >= timedelta(hours=72)
    scene.turn()

    # The next try would come after the end.
    WebhookDelivery.objects.update(expires_at=datetime.now(tz=UTC) + timedelta(seconds=2))
    scene.retry_now()

    assert scene.only().state == "dead"
    assert scene.only().reason == "Given up after 2 attempts. The endpoint answered 500."
    assert len(receiver.calls) == 2


def test_what_could_not_even_be_tried_in_72_hours_is_dead(north: Any, receiver: Receiver) -> None:
    scene.register(receiver.url)
    bookings.book()
    ago = datetime.now(tz=UTC) - timedelta(hours=73)
    WebhookDelivery.objects.update(created_at=ago, due_at=ago, expires_at=ago + timedelta(hours=72))

    scene.turn()

    assert receiver.calls == []
    assert scene.only().state == "dead"


def test_retry_after_is_kept_within_bounds(north: Any, receiver: Receiver) -> None:
    scene.register(receiver.url)
    bookings.book()
    receiver.behaviour = answer(429, Retry_After="600")
    scene.turn()
    wait = scene.only().due_at - datetime.now(tz=UTC)
    assert timedelta(seconds=595) < wait < timedelta(seconds=601)

    receiver.behaviour = answer(503, Retry_After="99999999")
    scene.retry_now()
    wait = scene.only().due_at - datetime.now(tz=UTC)
    assert timedelta(hours=3.9) < wait <= timedelta(hours=4)


def test_one_that_can_not_be_signed_does_not_stop_the_others(
    north: Any, receiver: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    broken = scene.register(f"{receiver.url}/broken").endpoint
    scene.register(f"{receiver.url}/sound")
    WebhookEndpoint.objects.filter(pk=broken.pk).update(secret="sealed elsewhere")
    bookings.book()

    scene.turn()

    assert [call.path for call in receiver.calls] == ["/sound"]
    failed = WebhookDelivery.objects.get(endpoint=broken)
    assert failed.state == "failed"
    assert "SecretUnreadableError" in failed.reason
