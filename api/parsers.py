"""Strict JSON: what could not be stored, compared or answered safely is refused here, by field."""

from collections.abc import Mapping
from typing import IO, Any

import orjson
from django.http import HttpRequest
from rest_framework.parsers import BaseParser

from api.errors import IncompleteBodyError, InvalidInputError, MalformedJSONError

MAX_DEPTH = 64
_BIGINT = 2**63


def read_body(request: HttpRequest) -> bytes:
    """The whole body, up to Django's limit. Raises IncompleteBodyError where the connection was cut in it: what
    has arrived so far, perhaps nothing, would be taken for another request."""
    body = request.body
    if len(body) < int(request.META.get("CONTENT_LENGTH") or 0):
        raise IncompleteBodyError
    return body


class StrictJSONParser(BaseParser):
    """UTF-8 JSON up to 64 levels deep. Refuses NaN, infinities, lone surrogates (orjson), NUL
    characters and integers past 64 bits."""

    media_type = "application/json"

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,  # noqa: ARG002
        parser_context: Mapping[str, Any] | None = None,  # noqa: ARG002
    ) -> Any:
        body = stream.read()
        if not body:
            return {}
        # orjson goes 1,024 levels deep, whose check below would exhaust the stack.
        try:
            data = orjson.loads(body)
        except orjson.JSONDecodeError as error:
            raise MalformedJSONError(reason=str(error)) from error
        check(data)
        if not isinstance(data, dict):
            raise InvalidInputError({"body": ["Send a JSON object."]})
        return data


# Where a value stands: the place that holds it, and its name or number there. A whole path is made only
# for the one value that is refused: made for each, a long name over a long list would fill the memory.
_Place = tuple["_Place | None", str | int]


def check(data: Any) -> None:
    """Raises InvalidInputError naming the first field that holds what is refused."""
    todo: list[tuple[_Place | None, Any, int]] = [(None, data, 1)]
    while todo:
        place, value, depth = todo.pop()
        if depth > MAX_DEPTH:
            raise InvalidInputError({_path(place).split(".", 1)[0]: [f"Nested deeper than {MAX_DEPTH} levels."]})
        if isinstance(value, dict):
            for key, item in value.items():
                if "\0" in key:
                    raise InvalidInputError({_path(place): ["A field's name holds a NUL character."]})
                todo.append(((place, key), item, depth + 1))
        elif isinstance(value, list):
            todo.extend(((place, index), item, depth + 1) for index, item in enumerate(value))
        elif isinstance(value, str) and "\0" in value:
            raise InvalidInputError({_path(place): ["Must not hold a NUL character."]})
        elif isinstance(value, int | float) and abs(value) >= _BIGINT:
            raise InvalidInputError({_path(place): ["Must fit in 64 bits."]})


def _path(place: _Place | None) -> str:
    """`exceptions.0.date`; names longer than any field's are cut."""
    names: list[str] = []
    while place is not None:
        place, name = place
        names.append(str(name)[:100])
    return ".".join(reversed(names)) or "body"
