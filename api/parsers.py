"""Strict JSON: what could not be stored, compared or answered safely is refused here, by field."""

from collections.abc import Mapping
from typing import IO, Any

import orjson
from rest_framework.parsers import BaseParser

from api.errors import InvalidInputError, MalformedJSONError

MAX_DEPTH = 64
_BIGINT = 2**63


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


def check(data: Any) -> None:
    """Raises InvalidInputError naming the first field that holds what is refused."""
    todo: list[tuple[str, Any, int]] = [("", data, 1)]
    while todo:
        path, value, depth = todo.pop()
        name = path.lstrip(".") or "body"
        if depth > MAX_DEPTH:
            raise InvalidInputError({name.split(".", 1)[0]: [f"Nested deeper than {MAX_DEPTH} levels."]})
        if isinstance(value, dict):
            for key, item in value.items():
                if "\0" in key:
                    raise InvalidInputError({name: ["A field's name holds a NUL character."]})
                todo.append((f"{path}.{key}", item, depth + 1))
        elif isinstance(value, list):
            todo.extend((f"{path}.{index}", item, depth + 1) for index, item in enumerate(value))
        elif isinstance(value, str) and "\0" in value:
            raise InvalidInputError({name: ["Must not hold a NUL character."]})
        elif isinstance(value, int | float) and abs(value) >= _BIGINT:
            raise InvalidInputError({name: ["Must fit in 64 bits."]})
