"""Whose account carries a message, and what becomes of its secrets."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from io import StringIO
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command
from django.db import connection

from notifications.channels.accounts import opened, secrets_of
from notifications.channels.email.report_addresses import reports_url
from notifications.channels.errors import UnreachableError
from notifications.channels.fields import WrongFieldsError
from notifications.models import ChannelAccount, Message, Rule
from notifications.services.next_due import next_due_here
from notifications.services.set_up_channel import ChannelTakenError, change_channel, remove_channel, set_up_channel
from scheduling.models import Person
from tenants.brands.models import Brand
from tenants.context import use, use_public
from tenants.secrets import SecretUnreadableError
from tests.notifications import scene
from tests.notifications.channels.accounts import ALL, CANARY
from tests.notifications.channels.servers import Provider
from tests.support import cast
from tests.support.smtp import Post, smtp_server


def _set_up(channel: str, provider: str, *, brand: Brand | None = None, **changes: Any) -> ChannelAccount:
    values = {**ALL[channel][provider], **changes.pop("values", {})}
    return set_up_channel(
        channel=channel, provider=provider, brand_id=None if brand is None else brand.pk, values=values,
        is_active=changes.pop("is_active", True), now=datetime.now(tz=UTC),
    )  # fmt: skip


def _change(account: ChannelAccount, **changes: str) -> ChannelAccount:
    return change_channel(account=account, changes=changes, is_active=None, expected=None, now=datetime.now(tz=UTC))


def _tell_by(channel: str) -> None:
    Rule.objects.filter(event="booked").update(channel=channel, audience="client")


@pytest.fixture
def post(settings: Any) -> Iterator[Post]:
    """The platform's own mail server."""
    with smtp_server() as server:
        settings.EMAIL_BACKEND = "notifications.channels.email.smtp_backends.WatchedBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        yield server


def test_the_brands_account_goes_before_the_tenants_and_that_before_the_platforms(
    north: Any, server: Provider, post: Post
) -> None:
    kids = cast.make_brand()
    server.body = {"id": "R1"}
    scene.book()
    scene.send_due()
    assert (len(post.mails), len(server.asked)) == (1, 0)

    _set_up("email", "resend")
    scene.book()
    scene.send_due()
    assert (len(post.mails), [asked.host for asked in server.asked]) == (1, ["api.resend.com"])

    _set_up("email", "mailgun", brand=cast.main_brand())
    _set_up("email", "postmark", brand=kids)
    server.body = {"id": "<G1>", "message": "Queued."}
    booking = scene.book()
    scene.send_due()
    assert [asked.host for asked in server.asked] == ["api.resend.com", "api.eu.mailgun.net"]
    message = scene.message_about(booking)
    assert (message.state, message.provider_id) == ("sent", "<G1>")


def test_an_account_that_is_off_carries_nothing(north: Any, server: Provider, post: Post) -> None:
    _set_up("email", "resend", is_active=False)

    scene.book()
    scene.send_due()

    assert (len(post.mails), server.asked) == (1, [])


@pytest.mark.parametrize("channel", ["sms", "push", "chat"])
def test_without_an_account_staff_is_told_what_to_do(north: Any, channel: str) -> None:
    _tell_by(channel)
    booking = scene.book()
    Person.objects.update(phone="+1 555 010 0123")

    scene.send_due()

    message = scene.message_about(booking)
    assert (message.state, message.why) == ("dead", "no_account")
    assert "Set up an account under Channels" in message.reason


def test_an_sms_reaches_the_clients_number(north: Any, server: Provider) -> None:
    _tell_by("sms")
    _set_up("sms", "twilio")
    server.status, server.body = 201, {"sid": "SM1"}
    booking = scene.book()
    Person.objects.filter(pk=booking.client.person_id).update(phone="+1 (555) 010-0123")

    scene.send_due()

    message = scene.message_about(booking)
    assert (message.state, message.provider_id) == ("sent", "SM1")
    assert server.only.form["To"] == "+15550100123"
    assert "<" not in server.only.form["Body"]


@pytest.mark.parametrize("phone", ["030 1234567", "", "+1 23"])
def test_a_number_without_its_country_is_not_guessed(north: Any, server: Provider, phone: str) -> None:
    _tell_by("sms")
    _set_up("sms", "twilio")
    booking = scene.book()
    Person.objects.filter(pk=booking.client.person_id).update(phone=phone)

    scene.send_due()

    message = scene.message_about(booking)
    assert (message.state, message.why, server.asked) == ("dead", "no_address", [])


def test_a_chat_goes_to_the_accounts_target_or_the_rules(north: Any, server: Provider) -> None:
    _tell_by("chat")
    _set_up("chat", "telegram")
    server.body = {"result": {"message_id": 7}}
    scene.book()
    scene.send_due()
    booking = scene.book()
    Message.objects.filter(subject_id=booking.pk).update(recipient=None, address="-200")
    scene.send_due()

    assert [str(asked.json["chat_id"]) for asked in server.asked] == ["-100123", "-200"]


def test_a_wrong_password_of_one_brand_is_said_and_shows_nothing(north: Any, server: Provider, capsys: Any) -> None:
    _set_up("email", "mailgun")
    server.status, server.body = 401, f"Forbidden: {CANARY} key-{CANARY}".encode()
    booking = scene.book()

    scene.send_due()

    message = scene.message_about(booking)
    assert (message.state, message.why) == ("failed", "unreachable")
    assert "Mailgun refuses the account (401)" in message.reason
    assert f"key-{CANARY}" not in message.reason
    assert f"key-{CANARY}" not in json.dumps(message.history)
    assert f"key-{CANARY}" not in capsys.readouterr().out


def test_another_brands_trouble_holds_nobody_up(north: Any, server: Provider, post: Post) -> None:
    kids = cast.make_brand()
    _set_up("email", "mailgun", brand=kids)
    server.status = 401
    trouble = scene.book()
    Message.objects.update(brand=kids)
    for _ in range(2):  # the first failure may be the message's own
        scene.send_due()
        scene.make_due(scene.message_about(trouble))
    fine = scene.book()
    assert next_due_here() == scene.message_about(fine).due_at, "what is paused is nobody's next"
    scene.send_due()

    assert scene.message_about(trouble).state == "failed"
    assert scene.message_about(fine).state == "sent"
    assert len(server.asked) == 2, "the channel of the brand in trouble is left alone for a while"


def _raw(account: ChannelAccount) -> str:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT row_to_json(account)::text FROM notifications_channelaccount account WHERE id = %s", [account.pk]
        )
        return str(cursor.fetchone()[0])


def test_in_the_database_the_secrets_are_sealed(north: Any) -> None:
    account = _set_up("email", "mailgun")

    assert CANARY not in _raw(account)
    assert secrets_of(account) == {"api_key": f"key-{CANARY}"}
    assert CANARY not in repr(account)
    assert CANARY not in repr(opened(account))


def test_the_audit_says_that_a_secret_changed_and_not_to_what(north: Any) -> None:
    account = _set_up("email", "mailgun")
    _change(account, api_key=f"key-{CANARY}-new")
    remove_channel(account=account, expected=None)

    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(entry)::text FROM audit_auditentry entry WHERE kind = 'channel_account'")
        entries = [row[0] for row in cursor.fetchall()]
    assert len(entries) == 3
    assert any("secrets" in entry for entry in entries)
    sealed = re.compile(r"gAAAAA")
    assert not any(CANARY in entry or sealed.search(entry) for entry in entries)


def test_a_row_that_is_copied_to_another_tenant_opens_nothing(north: Any, south: Any) -> None:
    account = _set_up("email", "mailgun")
    row = ChannelAccount.objects.values().get(pk=account.pk)

    with use(south):
        copied = ChannelAccount.objects.create(**row)
        with pytest.raises(UnreachableError, match="Enter them again"):
            opened(copied)


def test_another_tenants_account_carries_nothing_of_ours(north: Any, south: Any, server: Provider, post: Post) -> None:
    with use(south):
        _set_up("email", "resend")

    scene.book()
    scene.send_due()

    assert (len(post.mails), server.asked) == (1, [])


def _reseal() -> str:
    said = StringIO()
    with use_public():
        call_command("reseal_secrets", stdout=said)
    return said.getvalue()


def test_after_a_change_of_keys_all_is_sealed_anew(north: Any, south: Any, settings: Any) -> None:
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    settings.SECRETS_KEYS = [old]
    ours = _set_up("email", "mailgun")
    address = reports_url(ours)
    with use(south):
        theirs = _set_up("email", "mailgun")

    settings.SECRETS_KEYS = [new, old]
    assert _reseal().startswith("4 secrets"), "of each account its own, and the address for reports"

    settings.SECRETS_KEYS = [new]
    ours.refresh_from_db()
    assert secrets_of(ours) == {"api_key": f"key-{CANARY}"}
    assert reports_url(ours) == address
    with use(south):
        theirs.refresh_from_db()
        assert secrets_of(theirs) == {"api_key": f"key-{CANARY}"}


def test_what_no_key_opens_is_named_and_left_as_it_is(north: Any, settings: Any) -> None:
    settings.SECRETS_KEYS = [Fernet.generate_key().decode()]
    account = _set_up("email", "mailgun")
    settings.SECRETS_KEYS = [Fernet.generate_key().decode()]

    with pytest.raises(CommandError, match=f"north: ChannelAccount {account.pk}"):
        _reseal()
    with pytest.raises(WrongFieldsError, match="api_key"):
        _change(account, region="eu")
    assert secrets_of(_change(account, api_key="key-entered-again")) == {"api_key": "key-entered-again"}


def test_one_account_is_on_for_each_channel_and_brand(north: Any) -> None:
    _set_up("email", "mailgun")
    with pytest.raises(ChannelTakenError):
        _set_up("email", "resend")
    _set_up("email", "resend", brand=cast.main_brand())
    _set_up("email", "resend", is_active=False)
    assert ChannelAccount.objects.count() == 3


@pytest.mark.parametrize("changes", [{"host": "127.0.0.2"}, {"port": "465"}, {"security": "none"}])
def test_a_secret_never_follows_to_another_server(north: Any, settings: Any, changes: dict[str, str]) -> None:
    settings.ALLOW_PRIVATE_TARGETS = True
    values = {"host": "127.0.0.1", "user": "us", "password": CANARY}
    account = set_up_channel(
        channel="email", provider="smtp", brand_id=None, values=values, is_active=True, now=datetime.now(tz=UTC)
    )

    with pytest.raises(WrongFieldsError) as refused:
        _change(account, **changes)

    assert set(refused.value.wrong) == {"password"}
    assert _change(account, **changes, password="another").version == 2
    assert _change(account, user="them").settings["user"] == "them"


def test_a_mail_server_inside_is_refused_when_it_is_saved(north: Any) -> None:
    for host in ("127.0.0.1", "localhost", "169.254.169.254", "[::1]"):
        with pytest.raises(WrongFieldsError) as refused:
            set_up_channel(
                channel="email", provider="smtp", brand_id=None, values={"host": host}, is_active=True,
                now=datetime.now(tz=UTC),
            )  # fmt: skip
        assert set(refused.value.wrong) == {"host"}
    assert not ChannelAccount.objects.exists()


def test_a_sealed_text_is_none_of_the_errors(north: Any) -> None:
    """What goes into reasons says nothing of what was sealed."""
    assert CANARY not in str(SecretUnreadableError("It was sealed for another tenant."))
    assert not Message.objects.exists()
