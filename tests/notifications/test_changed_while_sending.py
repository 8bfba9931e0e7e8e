"""A rule is changed while a message by it is on its way: its reader is told once, by the one channel or the other."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from notifications.channels.errors import TransientFailureError
from notifications.channels.outgoing import Outgoing
from notifications.channels.registry import SESSIONS
from notifications.models import Message, Rule
from notifications.services import send_due as sending
from notifications.services.change_rule import change_rule, create_rule
from tests.notifications import scene


def _now() -> datetime:
    return datetime.now(tz=UTC)


@pytest.fixture
def reminder(north: Any) -> Message:
    """The only message, due for some minutes, by mail."""
    rule = create_rule(fields={"event": "before_start", "offset_minutes": 60}, now=_now() - timedelta(hours=1))
    booking = scene.book()
    Message.objects.exclude(rule=rule).delete()
    past = _now() - timedelta(minutes=5)
    booking.starts_at = past + timedelta(hours=1)
    booking.save(update_fields=["starts_at"])
    reminder = Message.objects.get()
    Message.objects.update(
        wanted_at=past, due_at=past, created_at=past - timedelta(hours=1), expires_at=booking.starts_at
    )
    return reminder


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], None]], None]:
    """Puts something in the place of the mail server."""

    def send(happens: Callable[[], None]) -> None:
        def carry(_outgoing: Outgoing) -> str:
            happens()
            return ""

        monkeypatch.setitem(SESSIONS, "email", lambda: SimpleNamespace(send=carry, close=lambda: None))

    return send


def _by_sms() -> None:
    change_rule(rule=Rule.objects.get(event="before_start"), changes={"channel": "sms"}, now=_now())
    scene.replan()


def _messages() -> dict[str, str]:
    return dict(Message.objects.filter(event="before_start").values_list("channel", "state"))


def test_what_is_being_sent_is_not_told_by_the_new_channel_too(reminder: Message, meanwhile: Any) -> None:
    # A later time as well, which is still to come: the walk would plan for it.
    def change() -> None:
        change_rule(
            rule=Rule.objects.get(event="before_start"), changes={"channel": "sms", "offset_minutes": 10}, now=_now()
        )
        scene.replan()
        assert _messages() == {"email": "sending"}

    meanwhile(change)
    scene.send_due()
    scene.replan()

    assert _messages() == {"email": "sent"}


def test_what_could_not_be_sent_then_goes_by_the_new_channel(reminder: Message, meanwhile: Any) -> None:
    def change() -> None:
        _by_sms()
        raise TransientFailureError("The mail server hangs.")

    meanwhile(change)
    sending.deliver(sending.claim_due(limit=1)[0], sending.Turn())

    assert _messages() == {"email": "cancelled", "sms": "planned"}
    assert Message.objects.get(channel="sms").due_at < _now()


def test_what_waits_for_its_server_goes_by_the_new_channel(reminder: Message) -> None:
    """Staff changes the channel since the mail server is down: the reminders that are due already go along."""
    Message.objects.update(state="failed")

    _by_sms()

    assert _messages() == {"email": "cancelled", "sms": "planned"}


def test_and_back_again(reminder: Message) -> None:
    Message.objects.update(state="failed")
    _by_sms()

    change_rule(rule=Rule.objects.get(event="before_start"), changes={"channel": "email"}, now=_now())
    scene.replan()

    assert _messages() == {"email": "planned", "sms": "cancelled"}


def test_what_nobody_was_to_be_told_is_not_made_up_by_a_new_channel(reminder: Message) -> None:
    """Its time has passed, and nothing of it waits."""
    Message.objects.update(state="cancelled")

    _by_sms()

    assert _messages() == {"email": "cancelled"}
