"""Webhook endpoints and deliveries over REST: secrets once, brands apart, replays, refusals."""

import logging
from typing import Any

import pytest

from api.models import IdempotencyRecord
from notifications.models import WebhookDelivery, WebhookEndpoint
from notifications.rules import webhooks as rules
from tenants.audit.models import AuditEntry
from tests.notifications import scene as bookings
from tests.notifications.webhooks import scene
from tests.notifications.webhooks.receiver import Receiver, answer
from tests.support import cast
from tests.support.http import Rest

ENDPOINTS, DELIVERIES = "/v1/webhook-endpoints", "/v1/webhook-deliveries"
URL = "https://8.8.8.8/hooks?token=sesame"


@pytest.fixture
def rest(north: Any) -> Rest:
    """A service of the whole tenant."""
    return Rest(north, cast.make_token())


def test_the_secret_is_shown_once_and_kept_nowhere_in_plain(rest: Rest) -> None:
    made = rest.post(ENDPOINTS, {"url": URL}, headers={"Idempotency-Key": "once"})
    secret, path = made.json()["secret"], f"{ENDPOINTS}/{made.json()['id']}"
    rotated = rest.post(f"{path}/rotate-secret", {"overlap_hours": 1}, headers={"Idempotency-Key": "again"})

    assert (made.status_code, rotated.status_code) == (201, 200)
    assert secret.startswith("whsec_")
    assert rotated.json()["secret"] != secret
    again = rest.post(ENDPOINTS, {"url": URL}, headers={"Idempotency-Key": "once"})
    assert (again.status_code, again["Idempotent-Replayed"], again.json()["secret"]) == (201, "true", None)
    assert {**again.json(), "secret": secret} == made.json()
    kept = b"".join(bytes(record.body) for record in IdempotencyRecord.objects.all())
    rows = repr([*WebhookEndpoint.objects.values_list(), *AuditEntry.objects.values_list()]).encode()
    for hidden in (secret, rotated.json()["secret"]):
        assert hidden.encode() not in kept + rows + rest.get(path).content + rest.get(ENDPOINTS).content


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "url"),
        ({"url": "https://127.0.0.1/"}, "url"),
        ({"url": "http://8.8.8.8/"}, "url"),
        ({"url": "https://user:pass@8.8.8.8/"}, "url"),
        ({"url": URL, "event_types": ["booking.exploded"]}, "event_types.0"),
        ({"url": URL, "event_types": "booking.booked"}, "event_types"),
        ({"url": URL, "brand_id": "00000000-0000-7000-8000-000000000000"}, "brand_id"),
    ],
)
def test_a_refusal_names_the_field(rest: Rest, body: dict[str, Any], field: str) -> None:
    refused = rest.post(ENDPOINTS, body)

    assert refused.status_code == 400
    assert field in refused.content.decode()
    assert not WebhookEndpoint.objects.exists()


def test_a_change_needs_the_version(rest: Rest) -> None:
    path = f"{ENDPOINTS}/{rest.post(ENDPOINTS, {'url': URL}).json()['id']}"

    assert rest.patch(path, {"description": "x"}, if_match=None).status_code == 428
    assert rest.patch(path, {"description": "x"}, if_match='"7"').status_code == 412
    changed = rest.patch(path, {"description": "x", "is_active": False}, if_match='"1"')
    assert (changed.status_code, changed.json()["is_active"]) == (200, False)
    assert rest.patch(path, {"is_active": True}, if_match=changed["ETag"]).json()["disabled_at"] is None
    assert rest.delete(path).status_code == 428


def test_a_deleted_endpoint_is_gone_and_its_log_stays(rest: Rest) -> None:
    made = rest.post(ENDPOINTS, {"url": URL}).json()
    delivery = rest.post(f"{ENDPOINTS}/{made['id']}/test").json()

    assert rest.delete(f"{ENDPOINTS}/{made['id']}", headers={"If-Match": "*"}).status_code == 204

    assert rest.get(f"{ENDPOINTS}/{made['id']}").status_code == 404
    assert rest.get(f"{DELIVERIES}/{delivery['id']}").json()["state"] == "cancelled"
    assert WebhookEndpoint.objects.get().secret == ""
    refused = rest.post(f"{DELIVERIES}/{delivery['id']}/replay")
    assert (refused.status_code, refused.json()["code"]) == (409, "webhook_endpoint_off")


def test_a_test_takes_the_way_of_everything_else(rest: Rest, receiver: Receiver) -> None:
    made = rest.post(ENDPOINTS, {"url": receiver.url}).json()
    planned = rest.post(f"{ENDPOINTS}/{made['id']}/test")
    assert (planned.status_code, planned.json()["state"]) == (201, "planned")

    scene.turn()

    assert receiver.calls[0].json["type"] == "webhook.test"
    shown = rest.get(f"{DELIVERIES}/{planned.json()['id']}").json()
    assert (shown["state"], [one["status"] for one in shown["tries"]]) == ("delivered", [200])


def test_a_replay_sends_the_same_once_more(rest: Rest, receiver: Receiver) -> None:
    rest.post(ENDPOINTS, {"url": receiver.url})
    booking = bookings.book()
    scene.turn()
    first = rest.get(f"{DELIVERIES}?subject={booking.pk}&state=delivered").json()["data"][0]

    replay = rest.post(f"{DELIVERIES}/{first['id']}/replay").json()
    scene.turn()

    assert replay["replay_of"] == first["id"] != replay["id"]
    one, two = receiver.calls
    assert (one.id, one.body) == (two.id, two.body)
    assert scene.states() == ["delivered", "delivered"]


def test_a_replay_of_what_still_waits_tries_it_at_once(rest: Rest, receiver: Receiver) -> None:
    rest.post(ENDPOINTS, {"url": receiver.url})
    bookings.book()
    receiver.behaviour = answer(503)
    scene.turn()
    receiver.behaviour = answer(200)
    assert scene.turn() == 0

    replay = rest.post(f"{DELIVERIES}/{scene.only().pk}/replay").json()
    assert replay["id"] == scene.only().pk
    assert scene.turn() == 1

    assert scene.only().state == "delivered"


def test_brands_do_not_see_each_others_endpoints_and_deliveries(north: Any, rest: Rest) -> None:
    kids = cast.make_brand("kids")
    of_all = rest.post(ENDPOINTS, {"url": URL}).json()
    of_main = rest.post(ENDPOINTS, {"url": URL, "brand_id": str(cast.main_brand().pk)}).json()
    bookings.book()
    theirs = Rest(north, cast.make_token(brand=kids))
    ours = Rest(north, cast.make_token(brand=cast.main_brand()))

    assert theirs.get(ENDPOINTS).json()["data"] == theirs.get(DELIVERIES).json()["data"] == []
    assert [one["id"] for one in ours.get(ENDPOINTS).json()["data"]] == [of_main["id"]]
    assert {one["endpoint_id"] for one in ours.get(DELIVERIES).json()["data"]} == {of_main["id"]}
    assert len(rest.get(DELIVERIES).json()["data"]) == 2
    for foreign in WebhookDelivery.objects.filter(endpoint_id=of_all["id"]):
        assert ours.get(f"{DELIVERIES}/{foreign.pk}").status_code == 404
        assert theirs.post(f"{DELIVERIES}/{foreign.pk}/replay").status_code == 404
    assert ours.post(ENDPOINTS, {"url": URL, "brand_id": None}).status_code == 403
    assert ours.post(ENDPOINTS, {"url": URL}).json()["brand_id"] == str(cast.main_brand().pk)


def test_there_is_a_most_of_endpoints(rest: Rest, monkeypatch: pytest.MonkeyPatch) -> None:
    from notifications.services import register_webhook_endpoint as registering

    monkeypatch.setattr(registering, "MOST_ENDPOINTS", 1)
    assert rules.MOST_ENDPOINTS == 50
    assert rest.post(ENDPOINTS, {"url": URL}).status_code == 201
    refused = rest.post(ENDPOINTS, {"url": URL})
    assert (refused.status_code, refused.json()["code"]) == (409, "webhook_endpoint_limit")


def test_no_log_names_a_secret_or_a_query(rest: Rest, receiver: Receiver, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        made = rest.post(ENDPOINTS, {"url": f"{receiver.url}/hooks?token=sesame"}).json()
        bookings.book()
        scene.turn()
        receiver.behaviour = answer(500, b"sesame, we say")
        rest.post(f"{ENDPOINTS}/{made['id']}/test")
        scene.turn()

    said = [record.getMessage() for record in caplog.records if record.name != "django.db.backends"]
    assert any("delivered" in text for text in said), "or this proves nothing"
    assert not [text for text in said if made["secret"] in text or "sesame" in text]


def test_the_documented_verification_works_as_it_stands(rest: Rest, receiver: Receiver) -> None:
    import re
    from pathlib import Path

    (code,) = re.findall(r"```python\n(.*?)```", Path("docs/notifications/webhooks.md").read_text(), re.DOTALL)
    secret = rest.post(ENDPOINTS, {"url": receiver.url}).json()["secret"]
    bookings.book()
    scene.turn()
    remembered: dict[str, Any] = {}
    names: dict[str, Any] = {"remember": remembered.__setitem__}
    exec(code, names)  # noqa: S102 - our own document
    names["SECRET"] = secret
    (call,) = receiver.calls

    assert names["receive"](call.body, call.headers) == 204
    assert list(remembered) == [call.id]
    assert names["receive"](call.body + b" ", call.headers) == 400
