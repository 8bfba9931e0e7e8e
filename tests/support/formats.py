"""Formats of OpenAPI 3.1, for validators of answers."""

from typing import Final

from jsonschema import FormatChecker
from openapi_schema_validator import oas31_format_checker
from rfc3339_validator import validate_rfc3339


def _checker() -> FormatChecker:
    checker = FormatChecker(())
    checker.checkers = dict(oas31_format_checker.checkers)

    # The library's own is that of draft 3, which knows no offset.
    @checker.checks("time")
    def is_time(instance: object) -> bool:
        return not isinstance(instance, str) or bool(validate_rfc3339(f"1970-01-01T{instance}"))

    return checker


FORMATS: Final = _checker()
