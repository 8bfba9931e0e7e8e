"""A link opens its own message, in its own tenant, for its own purpose, for two years, by any key that is believed."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core import signing

from notifications.models import Message
from notifications.optout import links
from notifications.optout.links import LIFETIME, message_of, token_for
from tenants.context import current_schema, use
from tests.notifications.optout import desk


@pytest.fixture
def message(north: Any) -> Message:
    return desk.sent_message()


def _reads(token: str) -> Message | None:
    return message_of(token, now=desk.now())


def test_it_leads_to_its_message_and_says_nothing_of_its_reader(message: Message) -> None:
    token = token_for(message)

    assert _reads(token) == message
    assert len(token) < 80
    assert message.recipient is not None
    for personal in (message.address, str(message.recipient_id), message.recipient.given_name):
        assert personal not in token


def test_each_changed_letter_is_seen(message: Message) -> None:
    token = token_for(message)
    for place, letter in enumerate(token):
        changed = token[:place] + ("A" if letter != "A" else "Q") + token[place + 1 :]
        assert _reads(changed) is None, place


@pytest.mark.parametrize("token", ["", ".", "nothing", "a.b", "é.é", "A" * 5000, "AAAAAAAAAAAAAAAAAAAAAA."])
def test_nonsense_opens_nothing(north: Any, token: str) -> None:
    assert _reads(token) is None


def test_one_of_another_tenant_opens_nothing(message: Message, south: Any) -> None:
    with use(south):
        Message.objects.all().delete()
        foreign = token_for(Message(pk=message.pk))

    assert foreign != token_for(message)
    assert _reads(foreign) is None


def test_one_for_another_purpose_opens_nothing(message: Message, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as changed:
        changed.setattr(links, "_PURPOSE", "feed")
        other = token_for(message)

    assert _reads(other) is None


def test_a_key_of_the_platform_itself_signs_none(message: Message, settings: Any) -> None:
    settings.UNSUBSCRIBE_KEYS = ["of its own"]
    value = token_for(message).partition(".")[0]
    signer = signing.Signer(key=settings.SECRET_KEY, sep=".", salt=f"slotkeeper.unsubscribe.{current_schema()}")

    assert _reads(signer.sign(value)) is None


def test_of_a_message_that_is_not_there_opens_nothing(message: Message) -> None:
    assert _reads(token_for(Message(pk=uuid4()))) is None


def test_it_ends_after_two_years(message: Message) -> None:
    token = token_for(message)
    assert message.sent_at is not None
    end = message.sent_at + LIFETIME

    assert message_of(token, now=end - timedelta(seconds=1)) == message
    assert message_of(token, now=end) is None


def test_keys_change_without_ending_the_links(message: Message, settings: Any) -> None:
    settings.UNSUBSCRIBE_KEYS = ["old"]
    old = token_for(message)
    settings.UNSUBSCRIBE_KEYS = ["new", "old"]

    assert _reads(old) == message
    assert token_for(message) != old
    assert _reads(token_for(message)) == message

    settings.UNSUBSCRIBE_KEYS = ["new"]
    assert _reads(old) is None
