"""Serializers and fields that are stricter than Django REST framework's own."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, time
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

_RFC3339 = re.compile(r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?([Zz]|[+-]\d{2}:\d{2})\Z", re.ASCII)
_WALL_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d(:00)?\Z", re.ASCII)
# Around an instant there must be room to look at the days before and after it.
_FIRST_YEAR, _LAST_YEAR = 1900, 9000


class InstantField(serializers.DateTimeField):
    """An RFC 3339 date-time with its offset; the value is in UTC. Local times are refused: which of
    two they meant, nobody could say."""

    default_error_messages = {  # noqa: RUF012
        "instant": "Write an RFC 3339 date-time with an offset, such as 2026-11-20T09:00:00Z.",
        "calendar": f"Write a year from {_FIRST_YEAR} to {_LAST_YEAR}.",
    }

    def to_internal_value(self, value: Any) -> datetime:
        if not isinstance(value, str) or not _RFC3339.match(value):
            self.fail("instant")
        try:
            instant = datetime.fromisoformat(value.upper()).astimezone(UTC)
        except (ValueError, OverflowError):
            self.fail("instant")
        if not _FIRST_YEAR <= instant.year <= _LAST_YEAR:
            self.fail("calendar")
        return instant


@extend_schema_field({"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9](:00)?$"})
class WallTimeField(serializers.TimeField):
    """A time of day to the minute, HH:MM."""

    default_error_messages = {"minute": "Write HH:MM, to the full minute."}  # noqa: RUF012

    def to_internal_value(self, value: Any) -> time:
        # Not Django's parser: that drops an offset without a word.
        if not isinstance(value, str) or not _WALL_TIME.match(value):
            self.fail("minute")
        return time.fromisoformat(value)


@extend_schema_field({"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$"})
class WallTimeOutput(serializers.CharField):
    """A time of day on its way out, HH:MM."""


@extend_schema_field({"type": "object", "additionalProperties": True})
class JSONObjectField(serializers.DictField):
    """An object of the client's own, kept as it came."""

    child = serializers.JSONField(allow_null=True)


class BodySerializer(serializers.Serializer[Any]):
    """Input from a JSON body. A value of the wrong JSON type is refused: DRF would take 5 for "5", "30" for
    30 and 2.0 for 2, and store what the client did not mean."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            wrong = {name: found for name, field in self.fields.items() if (found := _wrong(field, data.get(name)))}
            if wrong:
                raise serializers.ValidationError(wrong)
        return super().to_internal_value(data)


def _wrong(field: Any, value: Any) -> Any:
    """What is to be said of a value's JSON type, item by item for a list; nothing where it is right."""
    if isinstance(field, serializers.ListField) and isinstance(value, list):
        return {index: found for index, item in enumerate(value) if (found := _wrong(field.child, item))}
    wanted = _json_type(field)
    # Whether null may be, the field says itself. `type`, because True is an int to isinstance.
    if value is None or wanted is None:
        return None
    if type(value) is not wanted:
        return [_TYPE_ERRORS[wanted]]
    # As the document counts: before blanks are cut off.
    longest = getattr(field, "max_length", None)
    if isinstance(value, str) and longest is not None and len(value) > longest:
        return [field.error_messages["max_length"].format(max_length=longest)]
    return None


_TYPE_ERRORS: dict[type, str] = {str: "Must be a string.", int: "Must be an integer.", bool: "Must be true or false."}


def _json_type(field: Any) -> type | None:
    """The JSON type of a field's values; None for those that check it themselves."""
    text = serializers.CharField | serializers.DateField | serializers.TimeField | serializers.UUIDField
    for kind, wanted in ((text, str), (serializers.BooleanField, bool), (serializers.IntegerField, int)):
        if isinstance(field, kind):
            return wanted
    return None
