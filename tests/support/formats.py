"""Formats of OpenAPI 3.1, for validators of answers."""

import re
from typing import Final

from jsonschema import FormatChecker
from openapi_schema_validator import oas31_format_checker

# RFC 3339, 5.6
_FULL_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)\Z", re.ASCII)


def _checker() -> FormatChecker:
    checker = FormatChecker(())
    checker.checkers = dict(oas31_format_checker.checkers)

    # The library's own is that of draft 3, which knows no offset.
    @checker.checks("time")
    def is_time(instance: object) -> bool:
        return not isinstance(instance, str) or bool(_FULL_TIME.match(instance))

    return checker


FORMATS: Final = _checker()
