"""How sending goes, on the front page: calm when all is well, and to the point when it isn't."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from accounts.rules import Role
from config.sending_panel import bars
from notifications.models import Message, Rule
from notifications.public import Hour
from notifications.rules import MessageState, Why
from notifications.services import pauses
from notifications.services.measure_sending import measure_sending
from tests.admin.conftest import AdminBrowser
from tests.notifications import scene
from tests.support import cast

SignIn = Callable[..., AdminBrowser]
NOW = datetime.now(tz=UTC)


def _panel(admin: AdminBrowser) -> str:
    page: str = admin.get("/admin/").content.decode()
    return page[page.index('class="sk-sending') : page.index("</section>")] if "sk-sending" in page else ""


def _end(message: Message, state: str, *, ago: timedelta) -> None:
    these = Message.objects.filter(pk=message.pk)
    these.end(MessageState(state), why=Why.NONE, reason="")
    these.update(state_since=datetime.now(tz=UTC) - ago)


def test_when_all_is_well_it_is_calm(sign_in: SignIn) -> None:
    _end(scene.message_about(scene.book()), "sent", ago=timedelta(minutes=1))

    panel = _panel(sign_in())

    assert "sk-calm" in panel
    assert "Messages go out as they should." in panel
    assert panel.count("sk-bar-sent") == 1
    assert "sk-hints" not in panel


def test_what_waits_too_long_is_said_since_when(sign_in: SignIn) -> None:
    message = scene.message_about(scene.book())
    admin = sign_in()
    assert "sk-calm" in _panel(admin), "due for a second"

    Message.objects.filter(pk=message.pk).update(due_at=datetime.now(tz=UTC) - timedelta(minutes=30))

    panel = _panel(admin)
    assert "sk-late" in panel
    assert "The oldest is due since" in panel
    assert "30\xa0minutes" in panel
    assert "no worker is running" in panel


def test_what_was_given_up_is_said_and_leads_to_the_log(sign_in: SignIn) -> None:
    _end(scene.message_about(scene.book()), "dead", ago=timedelta(hours=3))

    panel = _panel(sign_in())

    assert "sk-trouble" in panel
    assert "1 message was given up in the last 24 hours." in panel
    assert "/admin/notifications/message/?state__exact=dead" in panel
    assert panel.count("sk-bar-dead") == 1


def test_a_paused_channel_is_named(sign_in: SignIn) -> None:
    scene.book()
    for _ in range(2):  # the first failure may be the message's own
        pauses.pause("email", cast.main_brand().pk)

    assert "E-mail: the server can&#x27;t be reached; tried again in" in _panel(sign_in())


def test_another_brands_messages_are_not_counted(sign_in: SignIn) -> None:
    _end(scene.message_about(scene.book()), "dead", ago=timedelta(hours=3))

    assert "No message had to be sent" in _panel(sign_in(Role.MANAGER, brand=cast.make_brand("kids")))


def test_a_coach_is_told_nothing_of_it(sign_in: SignIn) -> None:
    booking = scene.book()

    assert _panel(sign_in(Role.COACH, user=cast.make_user(booking.coach))) == ""


def test_each_hour_has_what_came_of_it(north: Any) -> None:
    Rule.objects.create(event="before_start", offset_minutes=24 * 60 * 300)
    booked = scene.book_many(6)
    outcomes = [("sent", 0), ("sent", 60), ("failed", 60), ("dead", 60 * 23), ("dead", 60 * 25), ("superseded", 5)]
    for booking, (state, minutes) in zip(booked, outcomes, strict=True):
        _end(scene.message_about(booking), state, ago=timedelta(minutes=minutes))

    sending = measure_sending(brands=None, now=datetime.now(tz=UTC))

    assert [hour.start for hour in sending.hours] == [
        sending.hours[0].start + timedelta(hours=number) for number in range(24)
    ]
    assert [
        (hour.sent, hour.failed, hour.dead) for hour in (sending.hours[-1], sending.hours[-2], sending.hours[0])
    ] == [
        (1, 0, 0),
        (1, 1, 0),
        (0, 0, 1),
    ]
    assert (sending.sent, sending.failed, sending.dead) == (2, 1, 1)


@pytest.mark.parametrize("messages", [1, 12])
def test_it_costs_two_statements(north: Any, messages: int, django_assert_num_queries: Any) -> None:
    scene.book_many(messages)
    brands = {cast.main_brand().pk}
    with django_assert_num_queries(2):
        assert measure_sending(brands=brands, now=datetime.now(tz=UTC) + timedelta(seconds=5)).due == messages


def test_a_bar_shows_what_went_wrong_however_little_it_is() -> None:
    quiet, busy = bars([Hour(NOW), Hour(NOW, sent=10_000, dead=1)])

    assert quiet.parts == []
    assert quiet.title.endswith(": nothing")
    assert [(part.kind, part.height) for part in busy.parts] == [("dead", 3.0), ("sent", 45.0)]
    assert sum(part.height for part in busy.parts) == 48
    assert busy.title.endswith(": 10000 sent, 1 given up")
