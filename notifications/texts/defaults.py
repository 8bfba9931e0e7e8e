"""What messages say where the tenant has no template of its own, in the languages of the folder `languages`."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from notifications.rules import Event
from notifications.texts import locales

LANGUAGES: Final = ("en", "de", "ru")
_FOLDER: Final = Path(__file__).parent / "languages"
_WHEN: Final = """\
  {{ booking.date | capitalize }}
  {{ booking.times }} ({{ booking.duration }}){% if booking.service %}
  {{ booking.service }}{% endif %}{% if booking.location %}
  {{ booking.location }}{% endif %}"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Default:
    """Liquid sources. `short` is for channels that count characters."""

    language: str
    subject: str
    text: str
    short: str


def language_for(tag: str) -> str:
    """The language of the built-in text that somebody gets; English where there is none of theirs."""
    return next((candidate for candidate in locales.lookup(tag) if candidate in LANGUAGES), "en")


def speaks(tag: str) -> bool:
    """Whether there are built-in texts in a language."""
    return locales.lookup(tag)[-1] in LANGUAGES


def default(*, event: str, is_staff: bool, language: str) -> Default:
    """The built-in text about an event, in one of LANGUAGES."""
    words = _words(language)
    audience = words["staff" if is_staff else "client"]
    entry = audience[Event(event).value]

    def filled(text: str) -> str:
        return text.replace("{booking}", audience["booking"]).replace("{about}", audience["about"])

    reason = (
        f"{{% if booking.cancel_reason %}}\n\n{entry.get('reason', '')} {{{{ booking.cancel_reason }}}}{{% endif %}}"
    )
    parts = [
        words["greeting"],
        filled(entry["text"]),
        _WHEN + (reason if "reason" in entry else ""),
        *([entry["after"]] if "after" in entry else []),
        "{{ brand.name }}",
    ]
    subject = filled(entry["subject"])
    return Default(
        language=language, subject=subject, text="\n\n".join(parts), short=f"{subject} ({{{{ brand.name }}}})"
    )


def unsubscribe_line(language: str) -> str:
    """The sentence before the address where one unsubscribes."""
    return str(_words(language_for(language))["unsubscribe"])


@cache
def _words(language: str) -> dict[str, Any]:
    return tomllib.loads((_FOLDER / f"{language}.toml").read_text(encoding="utf-8"))
