"""Built-in texts: every event, reader and language; dates, plurals and zones as their readers write them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from notifications.rules import Event, Stage
from notifications.texts import check, defaults, engine, locales, samples
from notifications.texts.variables import VARIABLES, times, values

EVERY = [(event.value, is_staff) for event in Event for is_staff in (False, True)]


def _data(*, language: str = "en", zone: str = "Europe/Berlin", starts_at: datetime | None = None, **more: Any) -> Any:
    reader = replace(samples.reader(language=language, is_staff=more.pop("is_staff", False)), zone=ZoneInfo(zone))
    facts = samples.facts(starts_at=starts_at or datetime(2031, 1, 15, 9, tzinfo=UTC), **more)
    return values(facts=facts, reader=reader, brand_name="Harbor", language=language)


@pytest.mark.parametrize("language", defaults.LANGUAGES)
@pytest.mark.parametrize(("event", "is_staff"), EVERY)
def test_each_built_in_text_passes_the_check_of_templates(event: str, *, is_staff: bool, language: str) -> None:
    text = defaults.default(event=event, is_staff=is_staff, language=language)

    assert check.problems(language=language, subject=text.subject, text=text.text, html=text.text) == {}
    assert check.problems(language=language, text=text.short) == {}


@pytest.mark.parametrize("language", defaults.LANGUAGES)
@pytest.mark.parametrize(("event", "is_staff"), EVERY)
def test_each_says_who_when_and_from_whom(event: str, *, is_staff: bool, language: str) -> None:
    source = defaults.default(event=event, is_staff=is_staff, language=language)
    data = _data(language=language, is_staff=is_staff)

    text = engine.render(source.text, data)

    assert ("Maya Lindqvist" if is_staff else "Ines Calloway") in text
    assert data["booking"]["times"] in text
    assert data["booking"]["duration"] in text
    assert text.endswith("\n\nHarbor")
    assert "{" not in text
    assert len(engine.render(source.short, data)) < 160


@pytest.mark.parametrize("language", defaults.LANGUAGES)
def test_each_event_has_words_of_its_own(language: str) -> None:
    data = _data(language=language)
    for is_staff in (False, True):
        texts = {engine.render(defaults.default(event=event.value, is_staff=is_staff, language=language).text, data)
                 for event in Event}  # fmt: skip
        assert len(texts) == len(Event)


def test_a_cancellation_says_why() -> None:
    source = defaults.default(event="cancelled", is_staff=False, language="de").text

    assert "Grund: Ines ist krank" in engine.render(
        source, _data(language="de", stage=Stage.OFF, text="Ines ist krank")
    )
    assert "Grund" not in engine.render(source, _data(language="de", stage=Stage.OFF))


@pytest.mark.parametrize(
    ("language", "minutes", "length"),
    [
        ("en", 1, "1 minute"), ("en", 30, "30 minutes"), ("en", 60, "1 hour"), ("en", 90, "90 minutes"),
        ("en", 150, "2 hours 30 minutes"), ("de", 1, "1 Minute"), ("de", 45, "45 Minuten"), ("de", 120, "2 Stunden"),
        ("ru", 1, "1 минута"), ("ru", 2, "2 минуты"), ("ru", 5, "5 минут"), ("ru", 11, "11 минут"),
        ("ru", 21, "21 минута"), ("ru", 30, "30 минут"), ("ru", 52, "52 минуты"), ("ru", 120, "2 часа"),
        ("ru", 300, "5 часов"), ("ja", 30, "30 分"), ("xx", 30, "30 minutes"),
    ],
)  # fmt: skip
def test_lengths_have_the_plurals_of_the_language(language: str, minutes: int, length: str) -> None:
    assert locales.duration(minutes, locale=locales.known(language)) == length


@pytest.mark.parametrize(
    ("minutes", "word"), [(1, "визит"), (3, "визита"), (5, "визитов"), (21, "визит"), (12, "визитов")]
)
def test_templates_choose_among_the_plural_forms(minutes: int, word: str) -> None:
    data = _data(language="ru")
    data["booking"]["minutes"] = minutes
    source = "{{ booking.minutes | plural: one: 'визит', few: 'визита', many: 'визитов', other: 'визита' }}"

    assert engine.render(source, data) == word


@pytest.mark.parametrize(
    ("language", "date", "moment"),
    [
        ("en", "Wednesday, 15 January 2031", "15 Jan 2031, 10:00 CET"),
        ("en-US", "Wednesday, January 15, 2031", "Jan 15, 2031, 10:00 AM CET"),
        ("de", "Mittwoch, 15. Januar 2031", "15.01.2031, 10:00 MEZ"),
        ("de-AT", "Mittwoch, 15. Jänner 2031", "15.01.2031, 10:00 MEZ"),
        ("ru", "среда, 15 января 2031 г.", "15 янв. 2031 г., 10:00 CET"),
        ("pt-BR", "quarta-feira, 15 de janeiro de 2031", "15 de jan. de 2031, 10:00 CET"),
        ("tlh-Latn", "Wednesday, 15 January 2031", "15 Jan 2031, 10:00 CET"),
    ],
)
def test_dates_are_written_as_the_language_does(language: str, date: str, moment: str) -> None:
    data = _data(language=language)

    assert engine.render("{{ booking.date }}", data) == date
    assert engine.render("{{ booking.start | datetime }}", data) == moment


@pytest.mark.parametrize(
    ("zone", "starts_at", "shown"),
    [
        ("Europe/Berlin", datetime(2031, 1, 15, 9, tzinfo=UTC), "10:00 – 10:30 CET"),
        ("Europe/Berlin", datetime(2031, 7, 15, 9, tzinfo=UTC), "11:00 – 11:30 CEST"),
        ("America/New_York", datetime(2031, 1, 15, 9, tzinfo=UTC), "04:00 – 04:30 EST"),
        ("America/New_York", datetime(2031, 7, 15, 9, tzinfo=UTC), "05:00 – 05:30 EDT"),
        ("Australia/Lord_Howe", datetime(2031, 7, 15, 9, tzinfo=UTC), "19:30 – 20:00 GMT+10:30"),
        ("Australia/Lord_Howe", datetime(2031, 1, 15, 9, tzinfo=UTC), "20:00 – 20:30 GMT+11"),
        ("Asia/Kolkata", datetime(2031, 1, 15, 9, tzinfo=UTC), "14:30 – 15:00 IST"),
        ("America/Sao_Paulo", datetime(2031, 1, 15, 9, tzinfo=UTC), "06:00 – 06:30 GMT-3"),
        ("Europe/Dublin", datetime(2031, 1, 15, 9, tzinfo=UTC), "09:00 – 09:30 GMT"),
        ("UTC", datetime(2031, 1, 15, 9, tzinfo=UTC), "09:00 – 09:30 UTC"),
        # The night in which Berlin's clocks go forward, and the one in which they go back.
        ("Europe/Berlin", datetime(2031, 3, 30, 0, 45, tzinfo=UTC), "01:45 CET – 03:15 CEST"),
        ("Europe/Berlin", datetime(2031, 10, 26, 0, 45, tzinfo=UTC), "02:45 CEST – 02:15 CET"),
        ("Europe/Berlin", datetime(2031, 10, 26, 0, 15, tzinfo=UTC), "02:15 – 02:45 CEST"),
        ("Europe/Berlin", datetime(2031, 10, 26, 1, 15, tzinfo=UTC), "02:15 – 02:45 CET"),
        ("America/New_York", datetime(2031, 3, 9, 6, 45, tzinfo=UTC), "01:45 EST – 03:15 EDT"),
        # Half an hour back, half an hour forward.
        ("Australia/Lord_Howe", datetime(2031, 4, 5, 14, 45, tzinfo=UTC), "01:45 GMT+11 – 01:45 GMT+10:30"),
        ("Australia/Lord_Howe", datetime(2031, 10, 4, 15, 15, tzinfo=UTC), "01:45 GMT+10:30 – 02:45 GMT+11"),
    ],
)
def test_times_are_on_the_readers_clock_with_its_abbreviation(zone: str, starts_at: datetime, shown: str) -> None:
    assert _data(zone=zone, starts_at=starts_at)["booking"]["times"] == shown


def test_the_day_is_the_readers_too() -> None:
    late = datetime(2031, 1, 15, 23, 30, tzinfo=UTC)

    assert _data(zone="Europe/Berlin", starts_at=late)["booking"]["date"] == "Thursday, 16 January 2031"
    assert _data(zone="America/New_York", starts_at=late)["booking"]["date"] == "Wednesday, 15 January 2031"


def test_what_takes_days_says_when_it_ends() -> None:
    start = datetime(2031, 1, 15, 9, tzinfo=ZoneInfo("Europe/Berlin"))

    assert times(start, start + timedelta(days=2), locale=locales.known("en")) == "09:00 – 17 Jan 2031, 09:00 CET"


@pytest.mark.parametrize(
    ("tag", "chain"),
    [("pt-BR", ["pt-BR", "pt"]), ("PT-br", ["pt-BR", "pt"]), ("zh-hant-tw", ["zh-Hant-TW", "zh-Hant", "zh"]),
     ("de", ["de"]), ("en-x-pirate", ["en-x-pirate", "en"]), ("sl-rozaj-1994", ["sl-rozaj-1994", "sl-rozaj", "sl"])],
)  # fmt: skip
def test_a_language_is_looked_up_from_its_end(tag: str, chain: list[str]) -> None:
    assert locales.lookup(tag) == chain


def test_the_table_of_variables_names_what_there_is_and_nothing_else() -> None:
    def names(value: Any, prefix: str = "") -> set[str]:
        if not isinstance(value, dict):
            return {prefix}
        return set().union(*(names(one, f"{prefix}.{name}".lstrip(".")) for name, one in value.items()))

    assert names(_data()) == {variable.name for variable in VARIABLES}
