"""What the admin's pages say: no empty cell that means something, no noise, one name for one thing."""

from collections.abc import Callable
from datetime import time, timedelta
from typing import Any

from django.utils import timezone

from accounts.access.models import ApiKey
from accounts.rules import Role
from accounts.services.issue_api_key import issue_api_key
from notifications.models import Rule
from notifications.rules import Event
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
    Rule.objects.get_or_create(event=Event.BOOKED, brand=None)
    key, rule, user = ApiKey.objects.get(), Rule.objects.filter(brand=None)[0], admin.user

    for path in (
        "access/application/", "access/application/add/", "access/apikey/", "access/apikey/add/",
        f"access/apikey/{key.pk}/change/", "notifications/rule/", f"notifications/rule/{rule.pk}/change/",
        f"accounts/user/{user.pk}/change/", "scheduling/closure/add/",
    ):  # fmt: skip
        assert "All brands" in text_of(admin.get(f"/admin/{path}")), path


def test_a_rule_says_when_it_tells(north: Any, sign_in: Callable[..., AdminBrowser]) -> None:
    Rule.objects.all().delete()
    Rule.objects.create(event=Event.BEFORE_START, offset_minutes=24 * 60)
    Rule.objects.create(event=Event.AFTER_END, offset_minutes=90, quiet_from=time(22), quiet_until=time(7))
    admin = sign_in(Role.ADMINISTRATOR)

    shown = text_of(admin.get("/admin/notifications/rule/"))
    assert "24 h before the start" in shown
    assert "1 h 30 min after the end" in shown
    assert "22:00 to 07:00" in shown


def test_a_list_offers_all_of_it_only_where_some_is_hidden(north: Any, sign_in: Callable[..., AdminBrowser]) -> None:
    cast.make_client("Maya Meyer")
    admin = sign_in(Role.ADMINISTRATOR)

    assert "Show all" not in text_of(admin.get("/admin/scheduling/client/"))
    assert "Show all" in text_of(admin.get("/admin/scheduling/client/", q="Maya"))


def test_weeks_begin_on_monday_and_access_has_one_name(north: Any, sign_in: Callable[..., AdminBrowser]) -> None:
    admin = sign_in(Role.ADMINISTRATOR)

    assert '"FIRST_DAY_OF_WEEK": 1' in admin.get("/admin/jsi18n/").content.decode()
    assert "Sign-in" not in text_of(admin.get("/admin/accounts/user/"))
