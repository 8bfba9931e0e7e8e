"""The line of those who wait for a place in a full event."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final


class WaitingState(StrEnum):
    """waiting → offered → booked or expired; or left, or closed."""

    WAITING = "waiting"
    # A freed place is kept for them alone, and counts as taken.
    OFFERED = "offered"
    BOOKED = "booked"
    EXPIRED = "expired"
    LEFT = "left"
    # Nothing to wait for any more: the event was canceled, or began.
    CLOSED = "closed"


IN_LINE: Final = (WaitingState.WAITING, WaitingState.OFFERED)


def offer_ends(*, minutes: int, starts_at: datetime, now: datetime) -> datetime | None:
    """Until when a place that becomes free now is kept for the next in line: never beyond the event's start.

    None where there is nothing to offer any more: the event has begun.
    """
    return min(now + timedelta(minutes=minutes), starts_at) if now < starts_at else None
