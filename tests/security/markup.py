"""Finds in a page what would run, or would be an element, only because somebody's text became markup."""

import re
from html.parser import HTMLParser

# Texts that try to be markup: by an element of their own out of whatever holds them, by an attribute, and without any
# markup. Each has CANARY, so that what came of it can be told from the page's own. None is too long for a name.
CANARY = "sk_canary"
CORPUS = (
    f"</textarea></title></script><script>{CANARY}()</script><svg/onload={CANARY}()><!--{CANARY}",
    f"' onclick={CANARY}() x='\" autofocus onfocus={CANARY}() x=\"",
    f"javascript:{CANARY}()//{{{{request.user.email}}}}{{% debug %}}",
)
# Attributes that are code: of the browser, and of Alpine, with which the admin is made.
_CODE = re.compile(r"on|x-|@|:")
_LEADS = {"href", "src", "action", "formaction", "data", "xlink:href", "srcdoc", "style"}
_DATA = {"application/json", "application/ld+json"}


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self._script: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self._script = tag if tag in {"script", "style"} and values.get("type") not in _DATA else None
        for name, given in attrs:
            value = given or ""
            leads = name in _LEADS and re.match(r"\s*(javascript|data|vbscript):", value, re.IGNORECASE)
            if CANARY in name or (CANARY in value and (_CODE.match(name) or leads)):
                self.found.append(f"<{tag} {name}={value!r}>")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self._script = None

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002
        self._script = None

    def handle_data(self, data: str) -> None:
        if self._script and CANARY in data:
            self.found.append(f"<{self._script}> {data.strip()[:80]!r}")

    def handle_comment(self, data: str) -> None:
        if CANARY in data:
            self.found.append(f"<!--{data[:80]!r}")


def alive(page: str) -> list[str]:
    """What of CORPUS is more than text in an HTML page, as a browser's tokenizer sees it."""
    reader = _Reader()
    reader.feed(page)
    reader.close()
    return reader.found
