"""The states of a coach booking."""

from datetime import datetime
from enum import StrEnum
from typing import Final


class Status(StrEnum):
    BOOKED = "booked"
    CANCELLED = "cancelled"
    COMPLETED = "completed"
    NO_SHOW = "no_show"


# From → to. What is not here is forbidden.
STEPS: Final = {
    Status.BOOKED: {Status.CANCELLED, Status.COMPLETED, Status.NO_SHOW},
    Status.CANCELLED: set(),
    Status.COMPLETED: set(),
    Status.NO_SHOW: set(),
}


def may_step(status: Status, to: Status) -> bool:
    return to in STEPS[status]


def may_reschedule(status: Status, *, starts_at: datetime, now: datetime) -> bool:
    """Until the start, whoever asks: what has begun took place or did not."""
    return status is Status.BOOKED and now < starts_at


def may_cancel(status: Status, *, starts_at: datetime, now: datetime, as_staff: bool) -> bool:
    """A client until the start, staff as long as the booking stands."""
    return may_step(status, Status.CANCELLED) and (as_staff or now < starts_at)
