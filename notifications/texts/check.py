"""What is wrong with a template, said when it is saved rather than when it is sent."""

import difflib
from collections.abc import Iterator

from notifications.texts import engine, markup, samples
from notifications.texts.engine import TemplateError
from notifications.texts.filters import FILTERS
from notifications.texts.variables import NAMES, values

_MOST = 10
_URL = "https://example.com/unsubscribe"


def problems(*, language: str, subject: str = "", text: str = "", html: str = "") -> dict[str, list[str]]:
    """For each field what is wrong with it: syntax, unknown names, values that don't fit; with lines."""
    found = {
        "subject": _problems(subject, language=language),
        "text": _problems(text, language=language),
        "html": _problems(html, language=language, html=True),
    }
    return {field: list(dict.fromkeys(texts))[:_MOST] for field, texts in found.items() if texts}


def _problems(source: str, *, language: str, html: bool = False) -> list[str]:
    try:
        if found := [*_unknown_variables(source), *_unknown_filters(source)]:
            return found
        _try(source, language=language, html=html)
    except TemplateError as error:
        return [str(error)]
    return markup.problems(_with_canary(source, language=language)) if html else []


def _unknown_variables(source: str) -> Iterator[str]:
    for line, path in engine.paths(source):
        name = ".".join(str(part) for part in path.path)
        if name in NAMES:
            continue
        below = sorted(known for known in NAMES if known.startswith(f"{name}."))
        near = difflib.get_close_matches(name, NAMES, n=1)
        if below:
            hint = f"Say what of it: {', '.join(below)}."
        elif near:
            hint = f"Did you mean {near[0]}?"
        else:
            hint = f"There are: {', '.join(sorted(NAMES))}."
        yield f"Line {line}: There is no variable '{name}'. {hint}"


def _unknown_filters(source: str) -> Iterator[str]:
    for line, name in engine.filters(source):
        if name not in FILTERS:
            yield f"Line {line}: There is no filter '{name}'. There are: {', '.join(FILTERS)}."


def _try(source: str, *, language: str, html: bool) -> None:
    """With each kind of booking and reader. Raises TemplateError."""
    for is_cancelled in (False, True):
        for text in ("", "Quay 1\nRing twice"):
            for is_staff, is_person in ((False, True), (True, True), (True, False)):
                data = values(
                    facts=samples.facts(is_cancelled=is_cancelled, text=text),
                    reader=samples.reader(language=language, is_staff=is_staff, is_person=is_person),
                    brand_name=samples.BRAND,
                    language=language,
                    unsubscribe_url=_URL if text else "",
                )
                engine.render(source, data, html=html)


def _with_canary(source: str, *, language: str) -> str:
    """The HTML as both a cancelled booking and one that stands make it, one after the other."""
    return "\n".join(
        engine.render(
            source,
            values(
                facts=samples.facts(is_cancelled=is_cancelled, text=markup.CANARY),
                reader=samples.reader(language=language, is_staff=is_staff, name=markup.CANARY),
                brand_name=markup.CANARY,
                language=language,
                unsubscribe_url=_URL,
            ),
            html=True,
        )
        for is_cancelled in (False, True)
        for is_staff in (False, True)
    )
