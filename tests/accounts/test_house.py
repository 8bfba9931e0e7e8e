"""Under whose name people sign in: the brand's on its host, the tenant's on the tenant's own."""

from typing import Any

import pytest
from django.core import mail as outbox
from django.utils import timezone

from accounts.models import User
from accounts.services.plan_account_mail import invite
from accounts.services.send_account_mails import send_account_mails
from tenants.brands.models import Brand
from tests.accounts.sign_in_scene import make_web_app, signed_in
from tests.support import cast
from tests.support.browser import Browser, authorize_path, text_of

OWN, DEFAULT = "North", "Harbor Street"
PAGES = ("/sign-in", "/password/forgot", "/password/forgot/sent", "/password/set", "/oauth/authorize?client_id=none")


@pytest.fixture(autouse=True)
def named(north: Any) -> None:
    """The default brand has a name of its own."""
    Brand.objects.filter(is_default=True).update(name=DEFAULT)


@pytest.mark.parametrize("path", PAGES)
def test_the_tenants_own_host_shows_the_tenants_name(north: Any, path: str) -> None:
    shown = text_of(Browser(north).get(path))
    assert OWN in shown
    assert DEFAULT not in shown


@pytest.mark.parametrize("path", PAGES)
def test_the_host_of_a_brand_shows_the_brand(north: Any, path: str) -> None:
    kids = cast.make_brand("kids")
    shown = text_of(Browser(north, host=cast.brand_host(north, kids)).get(path))
    assert kids.name in shown
    assert OWN not in shown


def test_who_is_signed_in_sees_the_same_name(north: Any) -> None:
    make_web_app()
    browser = signed_in(north)
    for path in ("/account", authorize_path("web")):
        shown = text_of(browser.get(path))
        assert OWN in shown
        assert DEFAULT not in shown


def test_mails_are_from_the_tenant(north: Any) -> None:
    Brand.objects.filter(is_default=True).update(from_email="desk@north.test")
    invite(user=User.objects.create_user("new@example.com", None, is_staff=True), now=timezone.now())

    send_account_mails()

    (sent,) = outbox.outbox
    assert sent.from_email == f"{OWN} <desk@north.test>"
    assert DEFAULT not in sent.message().as_string()
