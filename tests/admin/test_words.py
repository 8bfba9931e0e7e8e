"""What the admin's pages say: no empty cell that means something, no noise, one name for one thing."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.utils import timezone

from accounts.access.models import ApiKey
from accounts.rules import Role
from accounts.services.issue_api_key import issue_api_key
from notifications.models import Rule
from tests.admin.conftest import AdminBrowser
from tests.support import cast
from tests.support.browser import text_of


def test_an_empty_brand_means_all_brands(north: Any, sign_in: Callable[..., AdminBrowser]) -> None:
    admin = sign_in(Role.ADMINISTRATOR)
    cast.make_application()
    issue_api_key(
        name="importer", scopes=["read:clients"], brand=None, created_by=None, now=timezone.now(),
        lifetime=timedelta(days=30),
    )  # fmt: skip
    Rule.objects.get_or_create(event=Rule.Event.BOOKED, brand=None)
    key, rule, user = ApiKey.objects.get(), Rule.objects.filter(brand=None)[0], admin.user

    for path in (
        "access/application/", "access/application/add/", "access/apikey/", "access/apikey/add/",
        f"access/apikey/{key.pk}/change/", "notifications/rule/", f"notifications/rule/{rule.pk}/change/",
        f"accounts/user/{user.pk}/change/", "scheduling/closure/add/",
    ):  # fmt: skip
        assert "All brands" in text_of(admin.get(f"/admin/{path}")), path


def test_a_rule_says_when_its_message_is_given_up(north: Any, sign_in: Callable[..., AdminBrowser]) -> None:
    Rule.objects.all().delete()
    rule = Rule.objects.create(event=Rule.Event.BOOKED, lateness_minutes=24 * 60)
    Rule.objects.create(event=Rule.Event.CANCELLED, lateness_minutes=90)
    admin = sign_in(Role.ADMINISTRATOR)

    shown = text_of(admin.get("/admin/notifications/rule/"))
    assert "Given up when late by" in shown
    assert " 24 h " in shown
    assert " 1 h 30 min " in shown
    assert " 24 h " in text_of(admin.get(f"/admin/notifications/rule/{rule.pk}/change/"))


def test_a_list_offers_all_of_it_only_where_some_is_hidden(north: Any, sign_in: Callable[..., AdminBrowser]) -> None:
    cast.make_client("Maya Meyer")
    admin = sign_in(Role.ADMINISTRATOR)

    assert "Show all" not in text_of(admin.get("/admin/scheduling/client/"))
    assert "Show all" in text_of(admin.get("/admin/scheduling/client/", q="Maya"))


def test_weeks_begin_on_monday_and_access_has_one_name(north: Any, sign_in: Callable[..., AdminBrowser]) -> None:
    admin = sign_in(Role.ADMINISTRATOR)

    assert '"FIRST_DAY_OF_WEEK": 1' in admin.get("/admin/jsi18n/").content.decode()
    assert "Sign-in" not in text_of(admin.get("/admin/accounts/user/"))
