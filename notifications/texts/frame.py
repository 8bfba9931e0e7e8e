"""The HTML of a mail: from a text where there is none, and within the frame that all mails have."""

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import groupby
from typing import Final

from django.template.loader import render_to_string
from markupsafe import escape

_DOCUMENT: Final = re.compile(r"\s{0,99}(<!doctype|<html)", re.IGNORECASE)
_LANGUAGE, _SENDER, _BODY = "\ue000", "\ue001", "\ue002"
_GREEN, _RED = "#2f9e8f", "#c0392b"


def html_of(text: str, *, is_cancelled: bool) -> str:
    """A text as HTML: a paragraph for each of its own; one that is indented is set off as the day and time are."""
    return "\n".join(
        _set_off(lines, is_cancelled=is_cancelled) if lines[0].startswith("  ") else _paragraph(lines)
        for is_blank, lines in _grouped(text)
        if not is_blank
    )


def _grouped(text: str) -> Iterator[tuple[bool, list[str]]]:
    """Runs of lines that are blank, or not. No regular expression: they would go back and forth over blanks."""
    for is_blank, lines in groupby(text.splitlines(), key=lambda line: not line.strip()):
        yield is_blank, list(lines)


def _paragraph(lines: list[str]) -> str:
    return f'<p style="margin:0 0 12px">{_broken(lines)}</p>'


def _broken(lines: list[str]) -> str:
    return "<br>".join(str(escape(line.strip())) for line in lines)


def _set_off(lines: list[str], *, is_cancelled: bool) -> str:
    first, *others = lines
    struck, colour = (";text-decoration:line-through", _RED) if is_cancelled else ("", _GREEN)
    rest = f'<div style="font-size:15px{struck}">{_broken(others)}</div>' if others else ""
    return (
        '<table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="margin:20px 0;'
        f'border-left:4px solid {colour};background:#f4f5f7;border-radius:0 8px 8px 0"><tr>'
        f'<td style="padding:14px 18px"><div style="font-size:17px;font-weight:600{struck}">{_broken([first])}</div>'
        f"{rest}</td></tr></table>"
    )


def footer(sentence: str, url: str) -> str:
    """Where one unsubscribes, in small print."""
    return (
        '<p style="margin:24px 0 0;color:#52606d;font-size:13px">'
        f'{escape(sentence)} <a href="{escape(url)}" style="color:#52606d">{escape(url)}</a></p>'
    )


def is_document(html: str) -> bool:
    """Whether it is a whole page, which needs no frame."""
    return _DOCUMENT.match(html) is not None


def within(body: str, *, language: str, sender: str) -> str:
    """The body, which is HTML, in the frame of all mails."""
    filled = {_LANGUAGE: str(escape(language)), _SENDER: str(escape(sender)), _BODY: body}
    return "".join(filled.get(part, part) for part in _frame())


@lru_cache(maxsize=1)
def _frame() -> list[str]:
    """The frame around its three gaps: made once, rather than for each mail."""
    marks = {"language": _LANGUAGE, "sender": _SENDER, "body": _BODY}
    return re.split(f"([{_LANGUAGE}{_SENDER}{_BODY}])", render_to_string("notifications/mail.html", marks))
