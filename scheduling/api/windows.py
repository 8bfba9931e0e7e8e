"""The period that a list of times is asked for: from, to."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from api.errors import InvalidInputError
from scheduling.rules.intervals import Period

# A month in which the clocks go back is longer than its days.
_LONGER = timedelta(hours=3)


def asked_period(query: Mapping[str, Any], *, now: datetime, default: timedelta, most: timedelta) -> Period:
    """From `from` (now) to `to` (so much later): so many days at the most, of any zone. Raises InvalidInputError."""
    start = query.get("from", now)
    end = query.get("to", start + default)
    if end <= start:
        raise InvalidInputError({"to": ["Must be after from."]})
    if end - start > most + _LONGER:
        raise InvalidInputError({"to": [f"At most {most.days} days after from."]})
    return Period(start, end)
