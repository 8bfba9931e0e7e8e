"""Serializer fields that are stricter than Django REST framework's own."""

import re
from datetime import UTC, datetime
from typing import Any

from rest_framework import serializers

_RFC3339 = re.compile(r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?([Zz]|[+-]\d{2}:\d{2})\Z", re.ASCII)
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
