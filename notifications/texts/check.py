"""What is wrong with a template, said when it is saved rather than when it is sent."""

import difflib
from collections.abc import Iterator
from itertools import chain, islice
from typing import Final

from liquid import BoundTemplate

from notifications.rules import Stage
from notifications.texts import engine, markup, samples
from notifications.texts.engine import TemplateError
from notifications.texts.filters import FILTERS
from notifications.texts.variables import NAMES, values

_MOST: Final = 10
_LONGEST_MISTYPED: Final = 2 * max(map(len, NAMES))
_STAGES: Final = (Stage.STANDS, Stage.OFF, Stage.PENDING, Stage.DECLINED, Stage.WAITING)
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
        # Neither is kept: these are drafts.
        template = engine.parse(source, html=html)
        if found := list(islice(chain(_unknown_variables(template), _unknown_filters(template)), _MOST)):
            return found
        _try(template, language=language)
        return markup.problems(_with_canary(template, language=language)) if html else []
    except TemplateError as error:
        return [str(error)]


def _unknown_variables(template: BoundTemplate) -> Iterator[str]:
    for line, name in dict.fromkeys(engine.variables(template)):
        if name in NAMES:
            continue
        below = sorted(known for known in NAMES if known.startswith(f"{name}."))
        # Comparing takes the square of the length: what is much longer than any name is none that was mistyped.
        near = difflib.get_close_matches(name, NAMES, n=1) if len(name) <= _LONGEST_MISTYPED else []
        if below:
            hint = f"Say what of it: {', '.join(below)}."
        elif near:
            hint = f"Did you mean {near[0]}?"
        else:
            hint = f"There are: {', '.join(sorted(NAMES))}."
        yield f"Line {line}: There is no variable '{name}'. {hint}"


def _unknown_filters(template: BoundTemplate) -> Iterator[str]:
    for line, name in dict.fromkeys(engine.filters(template)):
        if name not in FILTERS:
            yield f"Line {line}: There is no filter '{name}'. There are: {', '.join(FILTERS)}."


def _try(template: BoundTemplate, *, language: str) -> None:
    """With each kind of booking and reader. Raises TemplateError."""
    for stage in _STAGES:
        for text in ("", "Quay 1\nRing twice"):
            for is_staff, is_person in ((False, True), (True, True), (True, False)):
                data = values(
                    facts=samples.facts(stage=stage, text=text),
                    reader=samples.reader(language=language, is_staff=is_staff, is_person=is_person),
                    brand_name=samples.BRAND,
                    language=language,
                    unsubscribe_url=_URL if text else "",
                )
                engine.render(template, data)


def _with_canary(template: BoundTemplate, *, language: str) -> str:
    """The HTML as a booking of each stage makes it, one after the other; what is the same for several of them once."""
    found = (
        engine.render(
            template,
            values(
                facts=samples.facts(stage=stage, text=markup.CANARY),
                reader=samples.reader(language=language, is_staff=is_staff, name=markup.CANARY),
                brand_name=markup.CANARY,
                language=language,
                unsubscribe_url=_URL,
            ),
        )
        for stage in _STAGES
        for is_staff in (False, True)
    )
    return "\n".join(dict.fromkeys(found))
