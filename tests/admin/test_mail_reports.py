"""The channel's page: where the provider reports bounces, for whom it is shown, and how it is changed."""

import html
import re
from collections.abc import Callable
from datetime import UTC, datetime

from django.urls import reverse

from accounts.rules import Role
from notifications.channels.email.report_addresses import reports_url
from notifications.models import ChannelAccount
from notifications.services.set_up_channel import set_up_channel
from tests.admin.conftest import AdminBrowser
from tests.notifications.reports.desk import account
from tests.support import cast

SignIn = Callable[..., AdminBrowser]
CHANNELS = "/admin/notifications/channelaccount/"


def _page(admin: AdminBrowser, here: ChannelAccount) -> str:
    answer = admin.get(f"{CHANNELS}{here.pk}/change/")
    assert answer.status_code == 200
    return html.unescape(answer.content.decode())


def test_the_page_shows_where_to_report_and_how_it_goes(sign_in: SignIn) -> None:
    here, admin = account(), sign_in(Role.ADMINISTRATOR)

    page = _page(admin, here)

    assert reports_url(here) in page
    assert 'data-copy="reports-url"' in page
    assert 'slotkeeper/copy.js" defer' in page
    assert "At Postmark on a message stream's tab Webhooks" in page
    assert "Nothing so far." in page
    ChannelAccount.objects.update(reported_at=datetime(2026, 11, 20, 10, tzinfo=UTC))
    assert "In the hour from 20 November 2026" in _page(admin, here)


def test_it_says_what_is_missing(sign_in: SignIn) -> None:
    here = account("mailgun", webhook_signing_key="")
    admin = sign_in(Role.ADMINISTRATOR)

    assert "All are refused: enter 'Signing key of webhooks' above." in _page(admin, here)
    ChannelAccount.objects.update(reports_secret="")
    assert "None that works." in _page(admin, here)


def test_who_may_not_change_the_channel_does_not_see_it(sign_in: SignIn) -> None:
    here = account()
    admin = sign_in(Role.MANAGER)

    secret = reports_url(here).rpartition("/")[2]
    for path in (CHANNELS, f"{CHANNELS}{here.pk}/change/", f"{CHANNELS}{here.pk}/history/"):
        answer = admin.get(path)
        assert answer.status_code in {200, 403}
        assert secret not in answer.content.decode()
    assert "Postmark" in _page(admin, here)
    admin.post(_action(here), _form_submitted="on")
    assert ChannelAccount.objects.get().version == 1


def test_another_brand_s_staff_does_not_see_it(sign_in: SignIn) -> None:
    here = account(brand=cast.make_brand())
    admin = sign_in(Role.ADMINISTRATOR, brand=cast.main_brand())

    answer = admin.get(f"{CHANNELS}{here.pk}/change/")

    assert reports_url(here).rpartition("/")[2] not in answer.content.decode()
    admin.post(_action(here), _form_submitted="on")
    assert ChannelAccount.objects.get().version == 1


def test_a_new_address_is_made_by_a_button_and_by_no_link(sign_in: SignIn) -> None:
    here, admin = account(), sign_in(Role.ADMINISTRATOR)
    old = reports_url(here)
    assert "New address for reports" in _page(admin, here)

    admin.get(_action(here))
    here.refresh_from_db()
    assert reports_url(here) == old
    answer = admin.post(_action(here), _form_submitted="on")

    # What htmx takes the page to; a redirect it would follow and show nothing.
    assert (answer.status_code, answer["HX-Redirect"]) == (200, f"{CHANNELS}{here.pk}/change/")
    here.refresh_from_db()
    assert reports_url(here) != old
    assert reports_url(here) in _page(admin, here)
    history = admin.get(f"{CHANNELS}{here.pk}/history/").content.decode()
    assert not re.search(r"rpt_\w|gAAAAA", history)


def test_the_test_button_leads_back_to_the_page(sign_in: SignIn) -> None:
    here, admin = account(), sign_in(Role.ADMINISTRATOR)
    send = reverse("admin:notifications_channelaccount_send_a_test", args=[here.pk])

    answer = admin.post(send, _form_submitted="on", to="me@example.com")

    assert (answer.status_code, answer["HX-Redirect"]) == (200, f"{CHANNELS}{here.pk}/change/")
    assert "The test message is on its way." in _page(admin, here)


def test_other_channels_have_none(sign_in: SignIn) -> None:
    now = datetime.now(tz=UTC)
    chat = set_up_channel(
        channel="chat", provider="slack", brand_id=None, is_active=False, now=now,
        values={"token_a": "T0NORTH", "token_b": "B0NORTH", "token_c": "sealed"},
    )  # fmt: skip
    admin = sign_in(Role.ADMINISTRATOR)

    page = _page(admin, chat)

    assert "Send a test" in page
    assert "for reports" not in page
    assert admin.post(_action(chat), _form_submitted="on").status_code in {200, 403}
    assert ChannelAccount.objects.get().version == 1


def _action(here: ChannelAccount) -> str:
    return reverse("admin:notifications_channelaccount_rotate_address", args=[here.pk])
