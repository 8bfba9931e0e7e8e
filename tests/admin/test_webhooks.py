"""Webhook endpoints and deliveries in the admin: the secret once, each brand's own, tests and replays."""

import re
from collections.abc import Callable
from typing import Any

from accounts.rules import Role
from notifications.models import WebhookDelivery, WebhookEndpoint
from tenants.secrets import unseal
from tests.notifications.webhooks import scene
from tests.support import cast

URL = "https://8.8.8.8/hooks?token=sesame"
ENDPOINTS = "/admin/notifications/webhookendpoint/"
DELIVERIES = "/admin/notifications/webhookdelivery/"


def test_the_secret_is_shown_once(north: Any, sign_in: Callable[..., Any]) -> None:
    admin = sign_in(Role.ADMINISTRATOR)

    page = admin.post(f"{ENDPOINTS}add/", url=URL, description="Ours", event_types=["booking.booked"])

    endpoint = WebhookEndpoint.objects.get()
    (secret,) = re.findall(r"whsec_[A-Za-z0-9+/=]+", page.content.decode())
    assert unseal(endpoint.secret) == secret
    assert endpoint.event_types == ["booking.booked"]
    for path in (ENDPOINTS, f"{ENDPOINTS}{endpoint.pk}/change/"):
        assert secret not in admin.get(path).content.decode()


def test_a_private_address_is_refused_beside_its_field(north: Any, sign_in: Callable[..., Any]) -> None:
    page = sign_in(Role.ADMINISTRATOR).post(f"{ENDPOINTS}add/", url="https://169.254.169.254/")

    assert page.status_code == 200
    assert "is not a public server" in page.content.decode()
    assert not WebhookEndpoint.objects.exists()


def test_who_may_not_change_it_sees_no_query(north: Any, sign_in: Callable[..., Any]) -> None:
    endpoint = scene.register(URL, brand=cast.main_brand()).endpoint
    admin = sign_in(Role.MANAGER)

    for path in (ENDPOINTS, f"{ENDPOINTS}{endpoint.pk}/change/"):
        page = admin.get(path)
        assert page.status_code == 200
        assert "8.8.8.8/hooks" in page.content.decode()
        assert "sesame" not in page.content.decode()


def test_it_is_switched_off_tested_and_replayed(north: Any, sign_in: Callable[..., Any]) -> None:
    endpoint = scene.register(URL).endpoint
    admin = sign_in(Role.ADMINISTRATOR)

    admin.post(ENDPOINTS, action="send_test", _selected_action=[str(endpoint.pk)])
    first = scene.only()
    WebhookDelivery.objects.update(state="dead")
    admin.post(DELIVERIES, action="replay", _selected_action=[str(first.pk)])
    assert WebhookDelivery.objects.get(replay_of=first).webhook_id == first.webhook_id
    saved = admin.post(f"{ENDPOINTS}{endpoint.pk}/change/", url=URL, description="Ours")

    endpoint.refresh_from_db()
    assert (saved.status_code, endpoint.is_active, endpoint.description) == (302, False, "Ours")
    assert scene.states() == ["dead", "cancelled"]


def test_a_brands_administrator_sees_and_replays_its_own(north: Any, sign_in: Callable[..., Any]) -> None:
    kids = cast.make_brand("kids")
    scene.register(URL, description="Of all brands")
    scene.register(URL, brand=cast.main_brand(), description="Of main")
    foreign = _delivery_of_all()
    admin = sign_in(Role.ADMINISTRATOR, brand=kids)

    assert "Of all brands" not in admin.get(ENDPOINTS).content.decode()
    assert "Of main" not in admin.get(ENDPOINTS).content.decode()
    assert "Of all brands" not in admin.get(DELIVERIES).content.decode()
    admin.post(DELIVERIES, action="replay", _selected_action=[str(foreign.pk)])
    assert WebhookDelivery.objects.count() == 1


def _delivery_of_all() -> WebhookDelivery:
    from notifications.services.send_test_webhook import send_test_webhook

    delivery = send_test_webhook(endpoint=WebhookEndpoint.objects.get(brand=None), now=cast.MONDAY)
    WebhookDelivery.objects.update(state="dead")
    return delivery
