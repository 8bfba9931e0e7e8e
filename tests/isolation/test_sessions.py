"""A session belongs to the tenant that it was opened in."""

from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from tenants.context import use, use_public


@pytest.fixture
def browser(north: Any) -> Client:
    """Signed in to north as an administrator who exists in south and on the platform too, with the same id."""
    root = User.objects.create_superuser("root@example.com", "a password")
    browser = Client()
    browser.force_login(root)
    from tenants.resolution import resolve

    south = resolve(host="south.test", number=None)
    assert south is not None
    for elsewhere in (use(south), use_public()):
        with elsewhere:
            User.objects.create_superuser("root@example.com", "a password", id=root.pk)
    return browser


def _admin(browser: Client, host: str, **headers: str) -> Any:
    return browser.get("/admin/", headers={"Host": host, **headers})


def test_it_opens_the_admin_of_its_tenant(browser: Client) -> None:
    assert _admin(browser, "north.test").status_code == 200


@pytest.mark.parametrize("host", ["south.test", "localhost"])
def test_it_means_nothing_elsewhere(browser: Client, host: str) -> None:
    answer = _admin(browser, host)

    assert answer.status_code == 302
    assert answer["Location"].startswith("/admin/login/")


def test_on_the_platforms_host_the_header_names_its_tenant(browser: Client, north: Any, south: Any) -> None:
    assert _admin(browser, "localhost", **{"X-Tenant": str(north.number)}).status_code == 200
    assert _admin(browser, "localhost", **{"X-Tenant": str(south.number)}).status_code == 302


def test_the_header_does_not_lead_a_session_across(browser: Client, south: Any) -> None:
    assert _admin(browser, "north.test", **{"X-Tenant": str(south.number)}).status_code == 403


def test_a_password_of_one_tenant_signs_in_to_no_other(north: Any, south: Any, settings: Any) -> None:
    User.objects.create_superuser("root@example.com", "a password of north")

    answer = Client().post(
        "/admin/login/",
        {"username": "root@example.com", "password": "a password of north"},
        headers={"Host": "south.test"},
    )

    assert answer.status_code == 200  # the form again
    assert settings.SESSION_COOKIE_NAME not in answer.cookies
