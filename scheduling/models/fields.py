from datetime import date
from typing import Any, Final

from babel.numbers import list_currencies
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone

from scheduling.rules import wall_time

OLDEST_BIRTH: Final = date(1900, 1, 1)


def validate_zone(name: str) -> None:
    """Raises ValidationError for a name that the IANA database does not have."""
    try:
        wall_time.zone(name)
    except wall_time.UnknownZoneError as error:
        raise ValidationError(f"{name} is no zone of the IANA database; write, for example, Europe/Berlin.") from error


def validate_currency(code: str) -> None:
    """Raises ValidationError for what is no currency of ISO 4217."""
    if code not in list_currencies():
        raise ValidationError(f"{code} is no currency of ISO 4217; write, for example, EUR.")


def validate_birth_date(born: date) -> None:
    """Raises ValidationError for a day on which nobody who lives can have been born."""
    if not OLDEST_BIRTH <= born <= timezone.now().date():
        raise ValidationError(f"Write a date from {OLDEST_BIRTH} to today.")


class ZoneField(models.CharField):  # type: ignore[type-arg]
    """The IANA name of a time zone."""

    default_validators = [*models.CharField.default_validators, validate_zone]  # noqa: RUF012

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 64)
        kwargs.setdefault("default", "UTC")
        super().__init__(*args, **kwargs)
