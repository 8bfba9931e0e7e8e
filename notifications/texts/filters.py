"""The filters that templates may use. Each takes what it gets to a text, in the language of the template."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from liquid import Markup, RenderContext, escape
from liquid.exceptions import FilterArgumentError
from liquid.filter import with_context

from notifications.texts import locales

_STYLES: Final = ("short", "medium", "long", "full")
_MAX_LENGTH: Final = 10_000
_KEPT: Final = (str, int)


@with_context
def date(value: object, style: object = "full", *, context: RenderContext) -> str:
    """booking.start | date: 'short', 'medium', 'long' or 'full' (as it is)."""
    at = _instant(value, context)
    return locales.date(at, locale=_locale(context), style=_style(style)) if at else ""


@with_context
def time(value: object, *, context: RenderContext) -> str:
    """booking.start | time: 14:30, or 2:30 PM where that is usual."""
    at = _instant(value, context)
    return locales.time(at, locale=_locale(context)) if at else ""


@with_context
def date_time(value: object, style: object = "medium", *, context: RenderContext) -> str:
    """booking.start | datetime: day, time and the zone's abbreviation."""
    at = _instant(value, context)
    return locales.date_time(at, locale=_locale(context), style=_style(style)) if at else ""


@with_context
def zone(value: object, *, context: RenderContext) -> str:
    """booking.start | zone: the abbreviation of the reader's zone at that time."""
    at = _instant(value, context)
    return locales.zone(at, locale=_locale(context)) if at else ""


@with_context
def duration(value: object, *, context: RenderContext) -> str:
    """booking.minutes | duration: 30 minutes, 2 hours."""
    return locales.duration(_number(value), locale=_locale(context))


@with_context
def plural(value: object, *, context: RenderContext, **forms: object) -> str:
    """booking.minutes | plural: one: 'minute', other: 'minutes'; the forms are those of the language (CLDR)."""
    if "other" not in forms:
        names = ", ".join(locales.PLURAL_FORMS)
        raise FilterArgumentError(f"plural: say at least the form 'other'; there are {names}", token=None)
    form = locales.plural_form(_number(value), locale=_locale(context))
    return _text(forms.get(form, forms["other"]))


def upcase(value: object) -> str:
    """In capitals."""
    return _text(value).upper()


def downcase(value: object) -> str:
    """In small letters."""
    return _text(value).lower()


def capitalize(value: object) -> str:
    """With a capital first letter; the rest stays as it is."""
    text = _text(value)
    return text[:1].upper() + text[1:]


def strip(value: object) -> str:
    """Without blanks at both ends."""
    return _text(value).strip()


def truncate(value: object, length: object = 50) -> str:
    """Cut off after so many characters (50), with an ellipsis."""
    text, most = _text(value), _number(length)
    if not 1 <= most <= _MAX_LENGTH:
        raise FilterArgumentError(f"truncate: a length from 1 to {_MAX_LENGTH}", token=None)
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def default(value: object, instead: object = "") -> str:
    """The value, or this instead where there is none."""
    return _text(instead if value is None or value == "" or value is False else value)


def size(value: object) -> int:
    """How many characters."""
    return len(_text(value))


def escape_(value: object) -> str:
    """With the characters of HTML escaped. In HTML that is done anyway, and not twice."""
    return escape(_text(value))


FILTERS: Final[Mapping[str, Callable[..., Any]]] = {
    "date": date,
    "time": time,
    "datetime": date_time,
    "zone": zone,
    "duration": duration,
    "plural": plural,
    "upcase": upcase,
    "downcase": downcase,
    "capitalize": capitalize,
    "strip": strip,
    "truncate": truncate,
    "default": default,
    "size": size,
    "escape": escape_,
}
# The arguments that have names. No others may: see engine._check.
NAMED_ARGUMENTS: Final = {"plural": frozenset(locales.PLURAL_FORMS)}


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, _KEPT):
        raise FilterArgumentError("expected a text or a number", token=None)
    # Capitals of escaped characters would be none: what comes in as HTML is treated as the text that it was.
    return value.unescape() if isinstance(value, Markup) and "&" in value else str(value)


def _number(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise FilterArgumentError("expected a number, such as booking.minutes", token=None)
    if abs(value) > 10**9:
        raise FilterArgumentError("this number is too large", token=None)
    return value


def _style(value: object) -> str:
    if value not in _STYLES:
        raise FilterArgumentError(f"expected one of {', '.join(_STYLES)}", token=None)
    return str(value)


def _instant(value: object, context: RenderContext) -> datetime | None:
    if value is None:
        return None
    try:
        at = datetime.fromisoformat(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        raise FilterArgumentError("expected a time, such as booking.start", token=None) from None
    if at.tzinfo is None or not 2 <= at.year <= 9998:  # noqa: PLR2004 - there is a day before and after
        raise FilterArgumentError("expected a time, such as booking.start", token=None)
    return at.astimezone(ZoneInfo(context.globals["reader"]["timezone"]))  # type: ignore[index]


def _locale(context: RenderContext) -> Any:
    return locales.known(str(context.globals["language"]))
