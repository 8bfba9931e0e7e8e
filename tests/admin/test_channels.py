"""Channel accounts in the admin: of one's own brands, as over REST."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from accounts.rules import Role
from notifications.models import ChannelAccount
from notifications.services.set_up_channel import set_up_channel
from tests.admin.conftest import AdminBrowser
from tests.notifications.channels.accounts import CANARY, MAIL
from tests.support import cast
from tests.support.http import Rest

SignIn = Callable[..., AdminBrowser]
CHANNELS = "/admin/notifications/channelaccount/"


def _account(brand: Any = None, **values: str) -> ChannelAccount:
    return set_up_channel(
        channel="email", provider="mailgun", brand_id=brand and brand.pk, values={**MAIL["mailgun"], **values},
        is_active=True, now=datetime.now(tz=UTC),
    )  # fmt: skip


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.MANAGER, Role.RECEPTIONIST])
def test_staff_of_one_brand_sees_what_the_brands_application_sees(sign_in: SignIn, role: Role) -> None:
    kids = cast.make_brand("kids")
    shared, own = _account(sender_domain="shared.example.com"), _account(kids, sender_domain="kids.example.com")
    foreign = _account(cast.main_brand(), sender_domain="main.example.com")
    admin = sign_in(role, brand=kids)
    rest = Rest(admin.tenant, cast.make_token(brand=kids))

    listed = admin.get(CHANNELS).content.decode()

    for account, is_seen in ((shared, False), (own, True), (foreign, False)):
        page = admin.get(f"{CHANNELS}{account.pk}/change/")
        assert (str(account.pk) in listed) is is_seen
        assert (page.status_code == 200) is is_seen
        assert (account.settings["sender_domain"] in page.content.decode()) is is_seen
        assert (rest.get(f"/v1/channel-accounts/{account.pk}").status_code == 200) is is_seen
    assert CANARY not in listed


def test_who_speaks_for_all_brands_sees_those_of_all(sign_in: SignIn) -> None:
    shared = _account(sender_domain="shared.example.com")
    admin = sign_in(Role.ADMINISTRATOR)

    page = admin.get(f"{CHANNELS}{shared.pk}/change/").content.decode()

    assert str(shared.pk) in admin.get(CHANNELS).content.decode()
    assert "shared.example.com" in page
    assert CANARY not in page
