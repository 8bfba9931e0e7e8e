"""Signing in to the admin: what it tells a stranger, where it leads, and how it ends."""

from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from accounts.models import User

HOST = {"Host": "north.test"}


@pytest.fixture
def user(north: Any) -> User:
    return User.objects.create_user("staff@north.test", "a password", is_staff=True)


def sign_in(client: Client, **fields: str) -> Any:
    form = {"username": "staff@north.test", "password": "a password", **fields}
    return client.post("/admin/login/", form, headers=HOST)


def test_an_unknown_address_and_a_wrong_password_read_the_same(user: User) -> None:
    def text(**fields: str) -> str:
        page = sign_in(Client(), **fields)
        assert page.status_code == 200
        found: str = page.content.decode().replace(fields.get("username", user.email), "")
        form = found[found.index("<form") :].partition("csrfmiddlewaretoken")[0]
        return form + str(page.context["form"].errors)

    known, unknown = text(password="wrong"), text(username="nobody@north.test")
    assert known == unknown
    assert "do not match" in known


def test_the_form_tells_password_managers_what_it_asks_for(db: None) -> None:
    page = Client().get("/admin/login/", headers=HOST).content.decode()
    assert 'autocomplete="username"' in page
    assert 'autocomplete="current-password"' in page


@pytest.mark.parametrize(
    "target",
    ["https://evil.example/", "//evil.example/", "/\\evil.example/", "javascript:alert(1)"],
)
def test_it_leads_to_no_other_site(user: User, target: str) -> None:
    answer = sign_in(Client(), next=target)
    assert answer.status_code == 302
    assert answer["Location"] == "/admin/"


def test_the_session_of_before_is_not_the_session_of_after(user: User) -> None:
    client = Client()
    session = client.session
    session["planted"] = "by somebody else"
    session.save()
    before = client.cookies[settings.SESSION_COOKIE_NAME].value

    assert sign_in(client).status_code == 302

    assert client.cookies[settings.SESSION_COOKIE_NAME].value != before


def test_it_ends_after_twelve_hours_and_by_post_alone(user: User) -> None:
    client = Client()
    answer = sign_in(client)
    assert answer.cookies[settings.SESSION_COOKIE_NAME]["max-age"] == 12 * 3600
    assert client.get("/admin/logout/", headers=HOST).status_code == 405
    assert client.get("/admin/", headers=HOST).status_code == 200
    client.post("/admin/logout/", headers=HOST)
    assert client.get("/admin/", headers=HOST).status_code == 302


def test_a_foreign_form_is_refused(user: User) -> None:
    assert sign_in(Client(enforce_csrf_checks=True)).status_code == 403


def test_a_weak_password_is_refused(user: User) -> None:
    client = Client()
    sign_in(client)
    page = client.post(
        "/admin/password_change/",
        {"old_password": "a password", "new_password1": "12345678", "new_password2": "12345678"},
        headers=HOST,
    )
    assert page.status_code == 200
    assert "entirely numeric" in page.content.decode()
