"""The page behind the link: one click for programs, a button for people, and nothing for those that only look."""

from typing import Any

import pytest
from django.core import mail

from notifications.models import Message, Suppression
from notifications.optout.links import token_for
from notifications.rules import Channel
from notifications.rules.suppressions import SuppressionReason, SuppressionScope
from notifications.services.suppress import suppress
from tenants.audit.models import AuditEntry
from tenants.context import use
from tenants.throttling.rules import parse_limit
from tests.notifications import scene
from tests.notifications.optout import desk
from tests.notifications.optout.desk import Reader
from tests.support import cast
from tests.support.browser import text_of


@pytest.fixture
def message(north: Any) -> Message:
    return desk.sent_message()


def test_one_click_unsubscribes_at_once_without_cookies(north: Any, message: Message) -> None:
    answer = Reader(north, message).one_click()

    assert (answer.status_code, answer["Content-Type"]) == (200, "text/plain; charset=utf-8")
    assert not answer.cookies
    found = Suppression.objects.get()
    assert (found.channel, found.address, found.brand_id) == ("email", message.address, message.brand_id)
    assert (found.reason, found.scope, found.message_id) == ("unsubscribed", "non_essential", message.pk)


def test_a_mail_program_may_send_it_as_multipart(north: Any, message: Message) -> None:
    body = b'--x\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--x--\r\n'

    assert Reader(north, message).post(body, "multipart/form-data; boundary=x").status_code == 200
    assert Suppression.objects.exists()


def test_again_it_says_the_same_and_there_is_one(north: Any, message: Message) -> None:
    reader = Reader(north, message)

    assert [reader.one_click().status_code for _ in range(3)] == [200] * 3
    assert Suppression.objects.count() == 1


def test_afterwards_only_what_is_essential_comes(north: Any, message: Message) -> None:
    Reader(north, message).one_click()
    client = message.recipient.client  # type: ignore[union-attr]
    again = scene.book(client=client, slot_at=cast.tomorrow_at(14))
    scene.cancel(again)

    scene.send_due()

    assert [sent.subject.split(":")[0] for sent in mail.outbox] == ["Booked", "Cancelled"]


def test_whoever_only_looks_changes_nothing(north: Any, message: Message) -> None:
    reader = Reader(north, message)

    for _ in range(2):
        page = reader.get()
        assert (page.status_code, reader.head().status_code) == (200, 200)
    assert not Suppression.objects.exists()
    assert "Unsubscribe from North?" in text_of(page)


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"", desk.FORM),
        (b"List-Unsubscribe=Two-Clicks", desk.FORM),
        (b"decision=perhaps", desk.FORM),
        (b'{"List-Unsubscribe": "One-Click"}', "application/json"),
        (b"--x\r\nnonsense", "multipart/form-data; boundary=x"),
        (b"x", "multipart/form-data"),
    ],
)
def test_a_post_that_says_neither_changes_nothing(north: Any, message: Message, body: bytes, content_type: str) -> None:
    answer = Reader(north, message).post(body, content_type)

    assert answer.status_code == 400
    assert not Suppression.objects.exists()


def test_a_person_presses_the_button_and_may_take_it_back(north: Any, message: Message) -> None:
    reader = Reader(north, message)

    pressed = reader.press("unsubscribe")
    assert (pressed.status_code, pressed["Location"]) == (303, reader.path)
    assert "You are unsubscribed" in text_of(reader.get())
    assert Suppression.objects.active().exists()

    reader.press("subscribe")
    assert "Unsubscribe from North?" in text_of(reader.get())
    assert not Suppression.objects.active().exists()
    assert Suppression.objects.count() == 1


def test_subscribing_again_takes_back_nothing_but_ones_own_word(north: Any, message: Message) -> None:
    reader = Reader(north, message)
    reader.one_click()
    kids = cast.make_brand()
    unsubscribed = Suppression.objects.get()
    for reason, brand in (("complained", message.brand_id), ("unsubscribed", kids.pk), ("manual", None)):
        suppress(
            channel=Channel.EMAIL,
            address=unsubscribed.address,
            brand_id=brand,
            reason=SuppressionReason(reason),
            scope=SuppressionScope.NON_ESSENTIAL,
            now=desk.now(),
        )

    reader.press("subscribe")

    assert set(Suppression.objects.active().values_list("reason", "brand")) == {
        ("complained", message.brand_id),
        ("unsubscribed", kids.pk),
        ("manual", None),
    }


def test_the_address_that_got_the_mail_unsubscribes_not_the_one_that_the_person_has_now(
    north: Any, message: Message
) -> None:
    before = message.address
    person = message.recipient
    assert person is not None
    person.email = "new@example.com"
    person.save()

    Reader(north, message).one_click()

    assert Suppression.objects.get().address == before


@pytest.mark.parametrize("method", ["get", "one_click"])
def test_wrong_foreign_and_old_links_get_the_same_answer(north: Any, south: Any, message: Message, method: str) -> None:
    token = token_for(message)
    with use(south):
        foreign = token_for(message)
    old = desk.sent_message(slot_at=cast.tomorrow_at(11))
    Message.objects.filter(pk=old.pk).update(sent_at="2020-01-01T00:00:00Z")
    wrong = [token[:-3] + "AAA", foreign, token_for(old), "nothing"]

    answers = [getattr(Reader(north, token=one), method)() for one in wrong]

    assert [answer.status_code for answer in answers] == [404] * 4
    assert len({text_of(answer).rpartition("request")[0] for answer in answers}) == 1
    assert not Suppression.objects.exists()
    # The right one of another tenant, at its own host.
    assert getattr(Reader(south, token=token), method)().status_code == 404


def test_the_page_is_of_the_brand_in_the_readers_language(north: Any, message: Message) -> None:
    message.brand.name = "<b>Zahnärzte</b> & Söhne"
    message.brand.save()
    person = message.recipient
    assert person is not None
    said = {}
    for language in ("en", "de-AT", "ru", "xx"):
        person.language = language
        person.save()
        page = Reader(north, message).get()
        assert b"<b>" not in page.content
        assert message.brand.name in text_of(page).replace("  ", " ")
        said[language] = page.content.decode().partition('lang="')[2][:2]
    assert said == {"en": "en", "de-AT": "de", "ru": "ru", "xx": "en"}


def test_nobody_keeps_the_page_or_learns_its_address(north: Any, message: Message) -> None:
    for answer in (Reader(north, message).get(), Reader(north, message).one_click()):
        assert answer["Referrer-Policy"] == "no-referrer"
        assert "no-store" in answer["Cache-Control"]
        assert answer["X-Frame-Options"] == "DENY"
        assert "script" not in answer["Content-Security-Policy"]
        assert "default-src 'none'" in answer["Content-Security-Policy"]
        assert not answer.cookies
    assert b"noindex" in Reader(north, message).get().content
    assert message.address.encode() not in Reader(north, message).get().content


def test_the_audit_says_that_it_was_the_reader(north: Any, message: Message) -> None:
    Reader(north, message).one_click()

    entry = AuditEntry.objects.filter(kind="suppression").get()
    assert (entry.actor, entry.operation) == (f"person:{message.recipient_id}", "insert")
    assert message.address not in str(entry.new)


def test_a_link_is_not_used_without_end(north: Any, message: Message, settings: Any) -> None:
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "unsubscribe": parse_limit("2/h")}
    other = desk.sent_message(slot_at=cast.tomorrow_at(11))
    reader = Reader(north, message)

    assert [reader.one_click().status_code for _ in range(3)] == [200, 200, 429]
    assert Reader(north, other).one_click().status_code == 200


def test_the_log_does_not_hold_the_link(north: Any, message: Message, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("DEBUG"):
        Reader(north, message).one_click()
        Reader(north, message).get()

    assert "/unsubscribe/<str:token>" in caplog.text
    assert token_for(message).rpartition(".")[2] not in caplog.text
