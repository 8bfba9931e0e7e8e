"""What a slot may be."""

from datetime import datetime, timedelta
from typing import Final

MINUTE: Final = timedelta(minutes=1)
SHORTEST: Final = timedelta(minutes=5)
LONGEST: Final = timedelta(hours=24)
# As far ahead as the horizon of any visit type.
FARTHEST: Final = timedelta(days=730)


def has_a_slots_length(starts_at: datetime, ends_at: datetime) -> bool:
    """Whether it has whole minutes, in which the engine counts, and neither too few nor too many."""
    whole = not (starts_at.second or starts_at.microsecond or ends_at.second or ends_at.microsecond)
    return whole and SHORTEST <= ends_at - starts_at <= LONGEST


def may_be_opened(starts_at: datetime, *, now: datetime) -> bool:
    return now < starts_at <= now + FARTHEST
