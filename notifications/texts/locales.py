"""Languages: which one is taken, and how it writes dates, times and lengths (CLDR, through babel)."""

from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final

from babel import Locale, UnknownLocaleError, dates, units

PLURAL_FORMS: Final = ("zero", "one", "two", "few", "many", "other")
# English without a region: the day before the month and 24 hours, which nobody takes for something else.
_PLAIN: Final = {"en": "en_150"}
_NONE: Final = timedelta(0)
_MINUTES_UP_TO: Final = 120
_LONGEST_ABBREVIATION: Final = 5


def normal(tag: str) -> str:
    """A BCP 47 tag in its usual letters, such as pt-BR or zh-Hant-TW (RFC 5646, section 2.1.1)."""
    first, *rest = tag.replace("_", "-").split("-")
    return "-".join([first.lower(), *(_subtag(part) for part in rest)])


def _subtag(part: str) -> str:
    return {2: part.upper(), 4: part.capitalize()}.get(len(part), part.lower())


def lookup(tag: str) -> list[str]:
    """The tag and what is left of it as its ends are cut off: pt-BR, pt (RFC 4647, section 3.4)."""
    parts = normal(tag).split("-")
    chain = []
    while parts:
        chain.append("-".join(parts))
        parts.pop()
        if parts and len(parts[-1]) == 1:
            parts.pop()
    return chain


@lru_cache(maxsize=256)
def known(tag: str) -> Locale:
    """The locale of a language tag, as near as there is one; English where there is none."""
    for candidate in lookup(tag):
        name = _PLAIN.get(candidate, candidate)
        try:
            return Locale.parse(name.replace("-", "_"))
        except (UnknownLocaleError, ValueError, TypeError):
            continue
    return Locale.parse(_PLAIN["en"])


def for_reader(text_language: str, reader_language: str) -> str:
    """In which language dates are written: the text's, with the reader's region where they speak the same one."""
    same = lookup(text_language)[-1] == lookup(reader_language)[-1]
    return normal(reader_language) if same else normal(text_language)


def date(at: datetime, *, locale: Locale, style: str = "full") -> str:
    return _plain(dates.format_date(at.date(), format=style, locale=locale))


def time(at: datetime, *, locale: Locale) -> str:
    return _plain(dates.format_time(at.replace(tzinfo=None), format="short", locale=locale))


def _plain(text: str) -> str:
    """With usual blanks: one narrow blank would make two messages of a text message."""
    return text.replace("\u202f", " ").replace("\xa0", " ")


def date_time(at: datetime, *, locale: Locale, style: str = "medium") -> str:
    return f"{date(at, locale=locale, style=style)}, {time(at, locale=locale)} {zone(at, locale=locale)}"


def zone(at: datetime, *, locale: Locale) -> str:
    """The abbreviation of the time's zone then: the language's own (MEZ), else everybody's (CET), else GMT+10:30."""
    return _zone(str(at.tzinfo), at.strftime("%Z"), (at.dst() or _NONE) > _NONE, at.strftime("%z"), locale)


@lru_cache(maxsize=2048)
def _zone(name: str, abbreviation: str, is_dst: bool, offset: str, locale: Locale) -> str:  # noqa: FBT001
    try:
        own = dates.get_timezone_name(
            dates.get_timezone(name), width="short", locale=locale, zone_variant="daylight" if is_dst else "standard"
        )
    except LookupError:
        own = ""
    for found in (own, abbreviation):
        if found.isalpha() and len(found) <= _LONGEST_ABBREVIATION:
            return found
    minutes = f":{offset[3:5]}" if offset[3:5] != "00" else ""
    return f"GMT{offset[0]}{int(offset[1:3])}{minutes}"


def duration(minutes: int, *, locale: Locale) -> str:
    """Minutes up to two hours that are not full, hours and minutes beyond; at least in figures."""
    hours, rest = divmod(minutes, 60)
    if (minutes < _MINUTES_UP_TO and rest) or not minutes:
        return _unit(minutes, "minute", locale)
    parts = [_unit(hours, "hour", locale), *([_unit(rest, "minute", locale)] if rest else [])]
    return " ".join(parts)


@lru_cache(maxsize=2048)
def _unit(count: int, unit: str, locale: Locale) -> str:
    for length in ("long", "short", "narrow"):
        text = units.format_unit(count, f"duration-{unit}", length=length, locale=locale)
        if "duration-" not in text:  # babel's answer where CLDR has none of this length
            return text
    return f"{count} {'min' if unit == 'minute' else 'h'}"


def plural_form(count: int, *, locale: Locale) -> str:
    """Which form of a noun goes with the count: one, few, many, other, ... (CLDR)."""
    return str(locale.plural_form(count))
