"""What templates may say: one table, and the values for one message.

The values are texts, numbers and booleans in plain dicts. What is empty is nil, so that `{% if booking.location %}`
means what it says.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from babel import Locale

from notifications.channels.outgoing import Reader
from notifications.subjects import SubjectFacts
from notifications.texts import locales

_DAY: Final = timedelta(days=1)
# Control characters, and those that turn the direction of what follows.
_INVISIBLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable as whoever writes a template reads of it."""

    name: str
    meaning: str
    example: str


VARIABLES: Final = (
    Variable("booking.date", "The day, on the reader's clock.", "Friday, 15 January 2027"),
    Variable("booking.times", "From when to when, with the reader's zone.", "10:00 – 10:30 CET"),
    Variable("booking.duration", "How long it takes.", "30 minutes"),
    Variable("booking.title", "What it is called.", "Ines Calloway (Harbor Mind)"),
    Variable("booking.service", "What was booked, if that has a name.", "Boxing"),
    Variable("booking.location", "Where it takes place, if that is known.", "Room 2, Quay 1"),
    Variable("booking.notes", "What was noted with it, if anything.", "First visit"),
    Variable("booking.cancel_reason", "Why it was cancelled, if somebody said.", "Ines is ill"),
    Variable(
        "booking.offered_until",
        "Until when a free place is kept, if one is offered: for the filters date, time, datetime, zone.",
        "2027-01-14T10:00:00+01:00",
    ),
    Variable("booking.status", "Its state.", "booked"),
    Variable("booking.is_cancelled", "Whether it was cancelled: for {% if %}.", "false"),
    Variable("booking.is_pending", "Whether it waits for approval: for {% if %}.", "false"),
    Variable("booking.is_declined", "Whether approval was refused: for {% if %}.", "false"),
    Variable("booking.is_place", "Whether it is a place in an event: for {% if %}.", "false"),
    Variable("booking.start", "For the filters date, time, datetime, zone.", "2027-01-15T10:00:00+01:00"),
    Variable("booking.end", "For the filters date, time, datetime, zone.", "2027-01-15T10:30:00+01:00"),
    Variable("booking.minutes", "For the filters duration and plural.", "30"),
    Variable("booking.id", "Its id.", "0190a0b0-0000-7000-8000-000000000001"),
    Variable("client.name", "Who is booked in.", "Maya Lindqvist"),
    Variable("staff.name", "With whom.", "Ines Calloway"),
    Variable("brand.name", "The brand.", "Harbor Mind"),
    Variable("reader.name", "The given name of whoever reads it; nil for a fixed address.", "Maya"),
    Variable("reader.is_staff", "Whether it is read by staff: for {% if %}.", "false"),
    Variable("reader.language", "The reader's language.", "en"),
    Variable("reader.timezone", "The reader's zone.", "Europe/Berlin"),
    Variable("language", "The language in which dates are written.", "en"),
    Variable("unsubscribe_url", "Where the reader unsubscribes, if they can.", "https://harbor.example/unsubscribe/…"),
)
NAMES: Final = frozenset(variable.name for variable in VARIABLES)


def values(
    *, facts: SubjectFacts, reader: Reader, brand_name: str, language: str, unsubscribe_url: str = ""
) -> dict[str, Any]:
    """The variables' values; dates in `language`, times on the reader's clock."""
    locale = locales.known(language)
    starts_at, ends_at = facts.starts_at.astimezone(reader.zone), facts.ends_at.astimezone(reader.zone)
    minutes = round((facts.ends_at - facts.starts_at).total_seconds() / 60)
    return {
        "booking": {
            "id": str(facts.id),
            "date": locales.date(starts_at, locale=locale),
            "times": times(starts_at, ends_at, locale=locale),
            "duration": locales.duration(minutes, locale=locale),
            "title": _line(facts.title),
            "service": _line(facts.service),
            "location": _line(facts.location),
            "notes": _lines(facts.notes),
            "cancel_reason": _lines(facts.cancel_reason),
            "offered_until": facts.offered_until and facts.offered_until.astimezone(reader.zone).isoformat(),
            "status": _line(facts.status),
            "is_cancelled": facts.is_cancelled,
            "is_pending": facts.is_pending,
            "is_declined": facts.is_declined,
            "is_place": facts.is_place,
            "start": starts_at.isoformat(),
            "end": ends_at.isoformat(),
            "minutes": minutes,
        },
        "client": {"name": _line(facts.client_name)},
        "staff": {"name": _line(facts.staff_name)},
        "brand": {"name": _line(brand_name)},
        "reader": {
            "name": _line(reader.name),
            "is_staff": reader.is_staff,
            "language": reader.language,
            "timezone": reader.zone.key,
        },
        "language": language,
        "unsubscribe_url": unsubscribe_url or None,
    }


def times(starts_at: datetime, ends_at: datetime, *, locale: Locale) -> str:
    """From when to when: 10:00 – 10:30 CET; with both abbreviations where the clocks change in between."""
    before, after = locales.zone(starts_at, locale=locale), locales.zone(ends_at, locale=locale)
    begin, end = locales.time(starts_at, locale=locale), locales.time(ends_at, locale=locale)
    if before != after:
        begin = f"{begin} {before}"
    if ends_at - starts_at >= _DAY:
        end = f"{locales.date(ends_at, locale=locale, style='medium')}, {end}"
    return f"{begin} – {end} {after}"


def _line(text: str) -> str | None:
    """One line, whatever somebody wrote: a name begins no paragraph of its own."""
    return " ".join(_INVISIBLE.sub(" ", text).split()) or None


def _lines(text: str) -> str | None:
    lines = _INVISIBLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip().split("\n")
    return "\n".join(line.strip() for line in lines) or None
