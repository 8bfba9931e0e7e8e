"""What a template's HTML may do with what people write: stand in its text and in quoted attributes.

Escaped is not safe everywhere: an attribute without quotes ends at a blank, and a link may lead anywhere. So the
HTML is tried with a text that would show.
"""

import re
from html.parser import HTMLParser
from typing import Final
from urllib.parse import urlsplit

CANARY: Final = "Zz onzz=1 zz"
_SIGN, _ATTRIBUTE = "zz", "onzz"
_REFUSED: Final = frozenset({"script", "iframe", "frame", "object", "embed", "form", "base", "link", "svg", "math"})
_ADDRESSES: Final = frozenset({"href", "src", "action", "formaction", "background", "srcset", "poster", "data"})
# From one < to the next > or <: Python's parser takes quadratic time for tags that are not closed.
_UNCLOSED: Final = re.compile(r"<[^<>]{0,2000}(?=<|\Z)|<[^<>]{2001}")
_SCHEMES: Final = frozenset({"https", "http", "mailto", "tel"})


class _Reading(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.problems: list[str] = []
        self._in_style = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._in_style = tag == "style"
        if tag in _REFUSED:
            self.problems.append(f"<{tag}> is not allowed: mail programs leave it out.")
        for name, value in attrs:
            if name == _ATTRIBUTE:
                self.problems.append(f"In <{tag}>, put the variable between quotation marks.")
            elif name.startswith("on"):
                self.problems.append(f"'{name}' in <{tag}> is not allowed: mail programs run no scripts.")
            elif name == "style" and _is_there(value):
                self.problems.append(f"In <{tag}>, no variable may stand in 'style'.")
            elif name in _ADDRESSES and not _is_sound(value or ""):
                self.problems.append(
                    f"In <{tag}>, '{name}' must begin with https:// and the name of a host, mailto: or tel:,"
                    " or be {{ unsubscribe_url }}."
                )

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002
        self._in_style = False

    def handle_data(self, data: str) -> None:
        if self._in_style and _is_there(data):
            self.problems.append("No variable may stand in <style>.")


def problems(html: str) -> list[str]:
    """What is wrong with HTML in which CANARY stands for what people may write."""
    if _UNCLOSED.search(html):
        return ["Each < needs its > within 2000 characters. Write a < of the text as &lt;."]
    if html.rfind("<!--") > html.rfind("-->"):
        # For each of them Python's parser would look through all that follows.
        return ["Each <!-- needs its -->."]
    reading = _Reading()
    reading.feed(html)
    reading.close()
    return list(dict.fromkeys(reading.problems))


def _is_there(text: str | None) -> bool:
    return _SIGN in (text or "").lower()


def _is_sound(address: str) -> bool:
    try:
        parts = urlsplit(address.strip())
    except ValueError:
        return False
    if parts.scheme not in _SCHEMES:
        return address.startswith("#")
    return not _is_there(parts.netloc) and (bool(parts.netloc) or parts.scheme in {"mailto", "tel"})
