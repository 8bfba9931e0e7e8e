"""Every address of both URLconfs, so that a new page is in every generated test by itself."""

import re
import uuid
from collections.abc import Iterator
from importlib import import_module
from typing import Any

from django.urls import URLPattern, URLResolver

_PARAMETER = re.compile(r"<(?:(\w+):)?\w+>")
_VALUES = {"int": "1", "uuid": str(uuid.UUID(int=1)), "path": str(uuid.UUID(int=1))}


def addresses(urlconf: str) -> list[str]:
    """One path for each pattern, its parameters filled with what is most likely nobody's."""
    return list(dict.fromkeys(_walk(import_module(urlconf).urlpatterns)))


def _walk(patterns: list[Any], prefix: str = "/") -> Iterator[str]:
    for pattern in patterns:
        route = prefix + _filled(str(pattern.pattern))
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern.url_patterns, route)
        elif isinstance(pattern, URLPattern):
            yield route


def _filled(route: str) -> str:
    # What Django and the project write as regular expressions, by one text that each of them matches.
    for expression, text in (
        ("^(?:v1|oauth|openapi)/", "v1/nothing-here"),
        ("^(?P<app_label>bookings|", "bookings/"),
        ("(?P<url>.*)$", "nothing-here"),
    ):
        if route.startswith(expression):
            return text
    return _PARAMETER.sub(lambda found: _VALUES.get(found[1], "nothing"), route)
