"""Passwords are not tried on and on; whoever knows theirs isn't kept out by those who don't."""

from typing import Any

import pytest
from django.test import Client, RequestFactory

from accounts.attempts import take_attempt
from accounts.models import User
from tenants.context import activate, use, use_public
from tenants.throttling.rules import Limit
from tests.support.smtp import free_port

RIGHT, WRONG = "a password", "a guess"
EMAIL = "ada@north.test"


@pytest.fixture
def staff(north: Any) -> User:
    return User.objects.create_user(EMAIL, RIGHT, is_staff=True)


@pytest.fixture
def limits(settings: Any) -> Any:
    def set_limits(**counts: int) -> None:
        low = {name: Limit(count=count, seconds=count * 600) for name, count in counts.items()}
        settings.RATE_LIMITS = {**settings.RATE_LIMITS, **low}

    return set_limits


def _sign_in(tenant: Any, password: str, *, email: str = EMAIL, address: str = "192.0.2.1") -> Any:
    try:
        return Client(headers={"Host": f"{tenant.slug}.test"}, REMOTE_ADDR=address).post(
            "/admin/login/", {"username": email, "password": password, "next": "/admin/"}
        )
    finally:
        activate(tenant)


def test_too_many_wrong_passwords_are_a_page_that_says_when_to_come_back(north: Any, staff: User, limits: Any) -> None:
    limits(signin=2)
    answers = [_sign_in(north, WRONG) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]

    page = _sign_in(north, RIGHT)
    assert page.status_code == 429
    assert 570 < int(page["Retry-After"]) <= 600
    assert b"Come back in 10 minutes" in page.content
    assert "sessionid" not in page.cookies


def test_an_account_that_does_not_exist_is_limited_alike(north: Any, staff: User, limits: Any) -> None:
    limits(signin=1)
    pages = {}
    for email in (EMAIL, "nobody@north.test"):
        _sign_in(north, WRONG, email=email)
        pages[email] = _sign_in(north, WRONG, email=email)
    real, none = pages.values()
    assert real.status_code == none.status_code == 429
    assert real.headers.keys() == none.headers.keys()
    assert real.content.split(b"request")[0] == none.content.split(b"request")[0]


def test_the_spelling_of_an_address_makes_no_other_account(north: Any, staff: User, limits: Any) -> None:
    limits(signin=1)
    _sign_in(north, WRONG, email=EMAIL)
    assert _sign_in(north, WRONG, email=EMAIL.upper()).status_code == 429


def test_right_passwords_are_not_counted(north: Any, staff: User, limits: Any) -> None:
    limits(signin=2, signin_address=2, signin_account=2)
    assert [_sign_in(north, RIGHT).status_code for _ in range(5)] == [302] * 5
    # Nor do they give back what wrong ones took.
    _sign_in(north, WRONG)
    assert _sign_in(north, RIGHT).status_code == 302
    _sign_in(north, WRONG)
    assert _sign_in(north, RIGHT).status_code == 429


def test_strangers_do_not_lock_the_owner_out(north: Any, staff: User, limits: Any) -> None:
    limits(signin=1, signin_account=4)
    assert _sign_in(north, RIGHT, address="198.51.100.7").status_code == 302
    strangers = [_sign_in(north, WRONG, address=f"192.0.2.{number}").status_code for number in range(1, 7)]
    # All of them together have an end too ...
    assert strangers == [200, 200, 200, 200, 429, 429]
    # ... which the owner doesn't meet where they signed in before.
    assert _sign_in(north, RIGHT, address="198.51.100.7").status_code == 302


def test_an_address_may_not_try_many_accounts(north: Any, staff: User, limits: Any) -> None:
    limits(signin_address=2)
    tries = [_sign_in(north, WRONG, email=f"{n}@north.test").status_code for n in range(3)]
    assert tries == [200, 200, 429]
    assert _sign_in(north, RIGHT, address="192.0.2.2").status_code == 302


def test_tenants_and_operators_are_limited_apart(north: Any, south: Any, staff: User, limits: Any) -> None:
    limits(signin=1)
    with use_public():
        User.objects.create_superuser(EMAIL, RIGHT)
    with use(south):
        User.objects.create_user(EMAIL, RIGHT, is_staff=True)
    _sign_in(north, WRONG)
    assert _sign_in(north, WRONG).status_code == 429
    with use(south):
        assert _sign_in(south, RIGHT).status_code == 302
    operators = Client(headers={"Host": "localhost"}, REMOTE_ADDR="192.0.2.1")
    form = {"username": EMAIL, "next": "/admin/"}
    assert operators.post("/admin/login/", {**form, "password": WRONG}).status_code == 200
    assert operators.post("/admin/login/", {**form, "password": RIGHT}).status_code == 429


def test_other_actions_have_limits_of_their_own(north: Any, limits: Any) -> None:
    from accounts.attempts import TooManyAttemptsError

    limits(signin=1)
    request = RequestFactory().post("/")
    take_attempt(request, account=EMAIL, action="reset")
    with pytest.raises(TooManyAttemptsError):
        take_attempt(request, account=EMAIL, action="reset")
    take_attempt(request, account=EMAIL)


def test_without_valkey_nobody_signs_in(north: Any, staff: User, settings: Any) -> None:
    settings.REDIS_URL = f"redis://127.0.0.1:{free_port()}/0"
    page = _sign_in(north, RIGHT)

    assert (page.status_code, page["Retry-After"]) == (503, "2")
    assert b"Try again in a few seconds" in page.content
    assert "sessionid" not in page.cookies


def test_switched_off_nobody_counts(north: Any, staff: User, limits: Any, settings: Any) -> None:
    limits(signin=1)
    settings.RATE_LIMITS_ON = False
    assert [_sign_in(north, WRONG).status_code for _ in range(3)] == [200, 200, 200]
