"""What a service refuses of a form that looked right: somebody else was faster. The form stays, and says so."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from importlib import import_module
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from accounts.access.models import Membership
from accounts.models import User
from accounts.rules import Role
from notifications.models import ChannelAccount, Rule, Suppression, Template, WebhookEndpoint
from notifications.services.set_up_channel import set_up_channel
from tenants.context import use
from tenants.resolution import resolve
from tests.notifications import scene
from tests.notifications.channels.accounts import ALL
from tests.notifications.webhooks import scene as webhooks
from tests.support import cast
from tests.support.browser import text_of
from tests.support.committed import committed, in_threads

NOW = datetime(2030, 1, 7, 8, tzinfo=UTC)
URL = "https://8.8.8.8/hooks"
ADMIN = "/admin/notifications"
GONE = "deleted while your request was on its way"
Meanwhile = Callable[[str, str, Callable[[], Any]], None]


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Meanwhile:
    """Has something happen between the form's look and the service."""

    def meanwhile(module: str, service: str, happens: Callable[[], Any]) -> None:
        page = import_module(f"notifications.admin_{module}")
        serve = getattr(page, service)

        def late(**arguments: Any) -> Any:
            happens()
            return serve(**arguments)

        monkeypatch.setattr(page, service, late)

    return meanwhile


def _rule(**fields: Any) -> dict[str, Any]:
    return {
        "event": "booked", "audience": "client", "channel": "email", "lateness_minutes": 60, "is_active": "on", **fields
    }  # fmt: skip


def _template(rule: Rule, **fields: Any) -> dict[str, Any]:
    return {
        "rule": str(rule.pk),
        "brand": "",
        "language": "de",
        "subject": "Neu",
        "text": "Hallo",
        "html": "",
        **fields,
    }


def _stored_template() -> Template:
    return Template.objects.create(rule=Rule.objects.get(event="booked"), language="de", subject="Alt", text="Hallo")


def _set_up(provider: str, channel: str = "email") -> ChannelAccount:
    values = ALL[channel][provider]
    return set_up_channel(
        channel=channel, provider=provider, brand_id=None, values=values, is_active=True, now=NOW
    )  # fmt: skip


def _stays(page: Any, *, says: str) -> None:
    """The form, with what was typed and why it was not saved."""
    assert page.status_code == 200, page.content
    assert says in text_of(page)
    assert "errornote" in page.content.decode() or "Please correct the error" in text_of(page)


def test_a_rule_that_was_ended(north: Any, sign_in: Callable[..., Any], meanwhile: Meanwhile) -> None:
    rule = Rule.objects.get(event="booked")
    meanwhile("rules", "change_rule", scene.end_rules)

    page = sign_in(Role.ADMINISTRATOR).post(f"{ADMIN}/rule/{rule.pk}/change/", **_rule(name="Typed"))

    _stays(page, says=GONE)
    assert 'value="Typed"' in page.content.decode()


def test_a_rule_whose_check_says_no(north: Any, sign_in: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """By field, also one that the form does not have."""

    def refuse(**_: Any) -> Any:
        raise ValidationError({"lateness_minutes": ["Too long by now."], "planned_version": ["Not this one."]})

    monkeypatch.setattr("notifications.admin_rules.create_rule", refuse)

    page = sign_in(Role.ADMINISTRATOR).post(f"{ADMIN}/rule/add/", **_rule())

    _stays(page, says="Too long by now.")
    assert "Not this one." in text_of(page)


def test_a_template_that_was_deleted(north: Any, sign_in: Callable[..., Any], meanwhile: Meanwhile) -> None:
    template = _stored_template()
    meanwhile("templates", "change_template", Template.objects.all().delete)

    page = sign_in(Role.MANAGER).post(f"{ADMIN}/template/{template.pk}/change/", **_template(template.rule))

    _stays(page, says=GONE)


def test_a_template_that_somebody_else_has_written(
    north: Any, sign_in: Callable[..., Any], meanwhile: Meanwhile
) -> None:
    meanwhile("templates", "add_template", _stored_template)

    page = sign_in(Role.MANAGER).post(f"{ADMIN}/template/add/", **_template(Rule.objects.get(event="booked")))

    _stays(page, says="has a template for this brand in this language already")


def test_a_template_whose_rule_went_to_another_brand(
    north: Any, sign_in: Callable[..., Any], meanwhile: Meanwhile
) -> None:
    template, kids = _stored_template(), cast.make_brand()
    meanwhile("templates", "change_template", lambda: Rule.objects.update(brand=kids))

    form = _template(template.rule, brand=str(cast.main_brand().pk))
    page = sign_in(Role.MANAGER).post(f"{ADMIN}/template/{template.pk}/change/", **form)

    _stays(page, says="The rule is one of another brand.")
    assert "says where, and why" not in text_of(page)


def test_a_channel_that_was_removed(north: Any, sign_in: Callable[..., Any], meanwhile: Meanwhile) -> None:
    account = _set_up("resend")
    meanwhile("accounts", "change_channel", ChannelAccount.objects.all().delete)

    page = sign_in(Role.ADMINISTRATOR).post(f"{ADMIN}/channelaccount/{account.pk}/change/", is_active="on")

    _stays(page, says=GONE)


def test_a_channel_that_somebody_else_has_set_up(north: Any, sign_in: Callable[..., Any], meanwhile: Meanwhile) -> None:
    meanwhile("accounts", "set_up_channel", lambda: _set_up("sendgrid"))

    page = sign_in(Role.ADMINISTRATOR).post(
        f"{ADMIN}/channelaccount/add/?provider=email:resend",
        field_api_key=ALL["email"]["resend"]["api_key"],
        is_active="on",
        brand="",
    )

    _stays(page, says="has an account for this brand already")
    assert not ChannelAccount.objects.filter(provider="resend").exists()


def test_a_channel_whose_server_somebody_else_has_changed(
    north: Any, sign_in: Callable[..., Any], meanwhile: Meanwhile, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its secret was entered for that server: named beside its field, and not sent to the one that was typed."""
    monkeypatch.setattr("notifications.channels.fields.look_up", lambda *_: ["8.8.8.8"])
    account = _set_up("gotify", "push")
    elsewhere = {**account.settings, "server": "https://new.example.com"}
    meanwhile("accounts", "change_channel", lambda: ChannelAccount.objects.update(settings=elsewhere))

    page = sign_in(Role.ADMINISTRATOR).post(
        f"{ADMIN}/channelaccount/{account.pk}/change/", field_server=account.settings["server"], is_active="on"
    )

    _stays(page, says="Enter it again")


def test_a_webhook_endpoint_that_was_deleted(north: Any, sign_in: Callable[..., Any], meanwhile: Meanwhile) -> None:
    endpoint = webhooks.register(URL).endpoint
    meanwhile("webhooks", "change_webhook_endpoint", webhooks.delete_all)

    page = sign_in(Role.ADMINISTRATOR).post(
        f"{ADMIN}/webhookendpoint/{endpoint.pk}/change/", url=URL, description="Typed", is_active="on"
    )

    _stays(page, says=GONE)


def test_one_webhook_endpoint_too_many(
    north: Any, sign_in: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("notifications.services.register_webhook_endpoint.MOST_ENDPOINTS", 0)

    page = sign_in(Role.ADMINISTRATOR).post(f"{ADMIN}/webhookendpoint/add/", url=URL)

    _stays(page, says="There are 0 webhook endpoints already.")
    assert not WebhookEndpoint.objects.exists()


def test_an_address_that_somebody_else_has_suppressed(
    north: Any, sign_in: Callable[..., Any], meanwhile: Meanwhile
) -> None:
    facts: dict[str, Any] = {"channel": "email", "address": "dora@example.com", "scope": "everything"}
    meanwhile(
        "suppressions", "add_suppression", lambda: Suppression.objects.create(**facts, reason="manual", created_at=NOW)
    )

    page = sign_in().post(f"{ADMIN}/suppression/add/", **facts, brand="", note="")

    _stays(page, says="is suppressed by hand already")


@pytest.mark.parametrize(
    ("module", "service", "name", "make", "delete"),
    [
        ("rules", "archive_rule", "rule", lambda: Rule.objects.get(event="booked"), scene.end_rules),
        ("templates", "delete_template", "template", _stored_template, Template.objects.all().delete),
        (
            "accounts", "remove_channel", "channelaccount", lambda: _set_up("resend"),
            ChannelAccount.objects.all().delete,
        ),
        (
            "webhooks", "delete_webhook_endpoint", "webhookendpoint", lambda: webhooks.register(URL).endpoint,
            webhooks.delete_all,
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_what_two_delete_at_once(  # noqa: PLR0917 - a table and the fixtures
    module: str, service: str, name: str, make: Any, delete: Any, north: Any, sign_in: Callable[..., Any],
    meanwhile: Meanwhile,
) -> None:  # fmt: skip
    row, admin = make(), sign_in(Role.ADMINISTRATOR)
    at = f"{ADMIN}/{name}/"
    meanwhile(module, service, delete)

    answer = admin.post(f"{at}{row.pk}/delete/", post="yes")
    assert (answer.status_code, answer["Location"]) == (302, at)
    assert GONE in text_of(admin.get(at))

    answer = admin.post(at, action="delete_selected", _selected_action=[str(row.pk)], post="yes")
    assert (answer.status_code, answer["Location"]) == (302, at)
    assert GONE not in text_of(admin.get(at))
    assert f"{at}{row.pk}/" not in admin.get(at).content.decode()


def test_the_secret_of_an_endpoint_that_was_deleted(
    north: Any, sign_in: Callable[..., Any], meanwhile: Meanwhile
) -> None:
    endpoint, admin = webhooks.register(URL).endpoint, sign_in(Role.ADMINISTRATOR)
    meanwhile("webhooks", "rotate_webhook_secret", webhooks.delete_all)
    at = f"{ADMIN}/webhookendpoint/"

    answer = admin.post(at, action="rotate_secret", _selected_action=[str(endpoint.pk)])

    assert (answer.status_code, answer["Location"]) == (302, at)
    assert GONE in text_of(admin.get(at))


@pytest.fixture
def tenant(django_db_setup: None, django_db_blocker: Any) -> Iterator[Any]:
    """On a database where transactions commit."""
    with committed(django_db_blocker):
        yield resolve(host="north.test", number=None)


def test_a_form_whose_row_is_deleted_for_good_leads_away(tenant: Any, meanwhile: Meanwhile) -> None:
    """By a transaction of somebody else's, which commits: there is nothing left to show a form of."""
    browser = Client(headers={"Host": "north.test"})
    with use(tenant):
        template = _stored_template()
        user = User.objects.create_user("ada@north.test", "a password", is_staff=True)
        Membership.objects.create(user=user, role=Role.ADMINISTRATOR)
        browser.force_login(user)

    def delete() -> None:
        with use(tenant):
            Template.objects.all().delete()

    meanwhile("templates", "change_template", lambda: in_threads(delete))
    answer = browser.post(f"{ADMIN}/template/{template.pk}/change/", _template(template.rule), follow=True)

    assert answer.status_code == 200
    assert "Perhaps it was deleted?" in text_of(answer)
