"""Whose words a message is in: the brand's before those of all brands, in the reader's language before another."""

from dataclasses import replace
from typing import Any

import pytest

from notifications import subjects
from notifications.channels.errors import PermanentFailureError
from notifications.channels.outgoing import Text
from notifications.models import Message, Rule, Template
from notifications.rules import Channel, Why
from notifications.selectors import reader_of
from notifications.services.add_template import TemplateData, add_template
from notifications.texts import defaults
from notifications.texts.render import render
from tenants.brands.models import Brand
from tenants.context import use
from tests.notifications import scene
from tests.support import cast


@pytest.fixture
def message(north: Any) -> Message:
    return scene.message_about(scene.book())


def _write(language: str, brand: Brand | None = None, *, rule: Rule | None = None, **more: str) -> Template:
    """A template that says its own name."""
    name = f"{brand.slug if brand else 'all'} {language}"
    data = TemplateData(**{"subject": name, "text": name, **more})
    return add_template(
        rule=rule or Rule.objects.get(event="booked"),
        brand_id=brand.pk if brand else None,
        language=language,
        data=data,
    )


def _read(message: Message, language: str, **more: Any) -> Text:
    facts = subjects.load(kind=message.subject_kind, subject_id=message.subject_id)
    assert facts is not None
    reader = replace(reader_of(message, facts=facts), language=language)
    return render(message=message, facts=facts, reader=reader, **more)


BUILT_IN = {"en": "Booked:", "de": "Gebucht:", "ru": "Вы записаны:"}


@pytest.mark.parametrize(
    ("stored", "language", "wanted"),
    [
        ([], "de", BUILT_IN["de"]),
        ([], "ru-RU", BUILT_IN["ru"]),
        ([], "fr", BUILT_IN["en"]),
        (["all pt"], "pt-BR", "all pt"),
        (["all pt", "all pt-BR"], "pt-BR", "all pt-BR"),
        (["all pt-BR"], "pt", BUILT_IN["en"]),
        (["all pt-BR", "main pt"], "pt-BR", "main pt"),
        (["all de", "main de"], "de", "main de"),
        (["all de", "kids de"], "de", "all de"),
        (["kids de"], "de", BUILT_IN["de"]),
        (["main en"], "de", BUILT_IN["de"]),
        (["main en"], "fr", "main en"),
        (["all en", "main en"], "fr", "main en"),
        (["all en", "main fr"], "fr-CA", "main fr"),
        (["all fr"], "it", BUILT_IN["en"]),
        (["main en"], "en-GB", "main en"),
    ],
)
def test_the_order_of_the_wordings(message: Message, stored: list[str], language: str, wanted: str) -> None:
    brands = {"all": None, "main": cast.main_brand(), "kids": cast.make_brand("kids")}
    Brand.objects.filter(pk=cast.main_brand().pk).update(slug="main")
    brands["main"] = cast.main_brand()
    for name in stored:
        brand, _, tag = name.partition(" ")
        _write(tag, brands[brand])

    subject = _read(message, language).subject

    assert subject == wanted or (subject.startswith(wanted) and wanted.endswith(":"))


def test_another_rules_template_is_none_of_its_business(message: Message) -> None:
    _write("en", rule=Rule.objects.get(event="cancelled"))

    assert _read(message, "en").subject.startswith("Booked:")


def test_another_tenants_template_is_not_seen(north: Any, south: Any, message: Message) -> None:
    """Even where it is of a rule with the same id, and was rendered before."""
    with use(south):
        Rule.objects.filter(event="booked").update(id=message.rule_id)
        there = scene.message_about(scene.book())
        _write("en", rule=Rule.objects.get(pk=message.rule_id))
        assert _read(there, "en").subject == "all en"

    assert _read(message, "en").subject.startswith("Booked:")


def test_a_fixed_address_reads_english_and_the_brands_zone(message: Message) -> None:
    Brand.objects.update(timezone="Australia/Lord_Howe")
    message.recipient, message.address, message.brand = None, "desk@example.com", cast.main_brand()
    facts = subjects.load(kind=message.subject_kind, subject_id=message.subject_id)
    assert facts is not None

    text = render(message=message, facts=facts, reader=reader_of(message, facts=facts)).text

    assert text.startswith("Hello,\n\nAda Coach has a new booking with Bob Client.")
    assert "GMT+1" in text


def test_the_coachs_mail_names_the_client_and_has_the_coachs_clock(north: Any) -> None:
    Rule.objects.filter(event="booked").update(audience="both")
    coach = cast.make_coach(timezone="Australia/Lord_Howe")
    booking = scene.book(coach=coach, client=cast.make_client(timezone="America/New_York"))
    texts = {
        message.recipient_id: scene.outgoing(message).text
        for message in Message.objects.filter(subject_id=booking.pk, event="booked")
    }

    mine, theirs = texts[coach.person_id], texts[booking.client.person_id]

    assert "new booking with Bob Client" in mine.text
    assert "GMT+1" in mine.text
    assert "you are booked with Ada Coach" in theirs.text
    assert " ES" in theirs.text or " ED" in theirs.text


@pytest.mark.parametrize("channel", [Channel.SMS, Channel.PUSH, Channel.CHAT])
def test_other_channels_get_a_short_text_and_no_html(message: Message, channel: Channel) -> None:
    message.channel = channel

    text = _read(message, "en", unsubscribe_url="https://example.com/u")

    assert text.html == ""
    assert text.text.startswith("Booked: Ada Coach, ")
    assert len(text.text) < 120
    _write("en")
    assert _read(message, "en").text == "all en"


def test_a_template_that_fails_is_noted_and_the_built_in_text_goes_out(message: Message) -> None:
    template = _write("en")
    Template.objects.update(text="{{ client.name | date }}")

    text = _read(message, "en")

    assert text.subject.startswith("Booked:")
    template.refresh_from_db()
    assert template.failed_at is not None
    assert template.failure == "Line 1: Expected a time, such as booking.start."
    assert template.version == 1


def test_where_the_built_in_text_fails_too_staff_reads_why(message: Message, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = defaults.Default(language="en", subject="x", text="{{ nobody }}", short="x")
    monkeypatch.setattr(defaults, "default", lambda **_: broken)

    with pytest.raises(PermanentFailureError, match="built-in") as caught:
        _read(message, "en")

    assert caught.value.why == Why.TEMPLATE


def test_own_html_stands_in_the_frame_and_a_whole_page_alone(message: Message) -> None:
    template = _write("en", html="<p>{{ staff.name }}</p>")

    framed = _read(message, "en").html

    assert "<p>Ada Coach</p>" in framed
    assert 'lang="en"' in framed
    assert framed.count("<html") == 1
    Template.objects.filter(pk=template.pk).update(html="<!doctype html>\n<html><body>Hi</body></html>")
    assert _read(message, "en").html == "<!doctype html>\n<html><body>Hi</body></html>"


def test_paragraphs_are_told_apart_whatever_the_line_ends(message: Message) -> None:
    _write("en", text="One\r\n\r\n  {{ staff.name }}\r\n\r\nTwo\r\nlines")

    html = _read(message, "en").html

    assert html.count("<p ") == 2
    assert "Two<br>lines</p>" in html
    assert "border-left" in html


def test_an_indented_paragraph_is_set_off(message: Message) -> None:
    html = _read(message, "de").html

    assert '<html lang="de">' in html
    assert "border-left:4px solid #2f9e8f" in html
    assert "line-through" not in html


URL = "https://north.test/unsubscribe?a=1&b=2"


@pytest.mark.parametrize("html", ["", "<p>Hi</p>", "<html><body><p>Hi</p></body></html>"])
def test_who_can_unsubscribe_is_told_where_once(message: Message, html: str) -> None:
    _write("en", html=html)

    silent, told = _read(message, "en"), _read(message, "en", unsubscribe_url=URL)

    assert "unsubscribe" not in silent.text + silent.html
    assert told.text.count(URL) == 1
    assert told.html.count(f'href="{URL.replace("&", "&amp;")}"') == 1
    assert told.html.rstrip().endswith("</html>")


def test_a_template_may_say_it_in_its_own_words(message: Message) -> None:
    own = "<a href='{{ unsubscribe_url }}'>No more</a>"
    _write("en", text="No more: {{ unsubscribe_url }}", html=own)

    told = _read(message, "en", unsubscribe_url=URL)

    assert told.text == f"No more: {URL}\n"
    assert "You get this" not in told.html


def test_a_subject_is_one_line_of_some_length(message: Message) -> None:
    _write("en", subject="a\n{{ client.name }}\r\nBcc: b@example.com {{ booking.notes }}" + "x" * 200)

    subject = _read(message, "en").subject

    assert len(subject.splitlines()) == 1
    assert len(subject) <= 250
