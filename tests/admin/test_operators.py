"""Operators in the platform's admin: switched off, never deleted."""

from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from tenants.context import use_public

USERS = "/admin/accounts/user/"


@pytest.fixture
def operators(north: Any) -> tuple[Client, User]:
    """One who is signed in, and another."""
    with use_public():
        browser = Client(headers={"Host": "localhost"})
        browser.force_login(User.objects.create_superuser("root@example.com", "a password"))
        return browser, User.objects.create_superuser("other@example.com", "a password")


def test_they_can_t_be_deleted(operators: tuple[Client, User]) -> None:
    """Django would read the tables of tokens and roles, which `public` has not."""
    browser, other = operators

    assert browser.get(f"{USERS}{other.pk}/change/").status_code == 200
    for send in (browser.get, browser.post):
        assert send(f"{USERS}{other.pk}/delete/").status_code == 403
    assert b"delete_selected" not in browser.get(USERS).content
    browser.post(USERS, {"action": "delete_selected", "_selected_action": [str(other.pk)], "post": "yes"})

    with use_public():
        assert User.objects.filter(pk=other.pk).exists()


def test_one_who_is_switched_off_is_out_at_once(operators: tuple[Client, User]) -> None:
    browser, _ = operators
    assert browser.get(USERS).status_code == 200

    with use_public():
        User.objects.filter(email="root@example.com").update(is_active=False)

    assert browser.get(USERS).status_code == 302
