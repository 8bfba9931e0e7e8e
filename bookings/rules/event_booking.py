"""The states of a place in an event, and who may do what with it."""

from datetime import datetime
from enum import StrEnum
from typing import Final


class Status(StrEnum):
    ACCEPTED = "Accepted"
    PENDING = "Pending"
    REJECTED = "Rejected"
    CANCELED = "Canceled"
    IN_DISPUTE = "InDispute"
    DISPUTE_DONE = "DisputeDone"


class Role(StrEnum):
    """Who cancels."""

    ATHLETE = "Athlete"
    COACH = "Coach"
    SYSTEM = "System"


# From → to. What is not here is forbidden.
STEPS: Final = {
    Status.PENDING: {Status.ACCEPTED, Status.REJECTED, Status.CANCELED},
    Status.ACCEPTED: {Status.CANCELED, Status.IN_DISPUTE},
    Status.IN_DISPUTE: {Status.DISPUTE_DONE},
    Status.REJECTED: set(),
    Status.CANCELED: set(),
    Status.DISPUTE_DONE: set(),
}
CANCELLABLE: Final = frozenset(status for status, steps in STEPS.items() if Status.CANCELED in steps)
# They have a place of the event.
WITH_PLACE: Final = frozenset({Status.ACCEPTED, Status.PENDING, Status.IN_DISPUTE, Status.DISPUTE_DONE})
# Somebody was there, or should have been.
HELD: Final = frozenset({Status.ACCEPTED, Status.IN_DISPUTE, Status.DISPUTE_DONE})


LONGEST_NOTE: Final = 10_000


def may_step(status: Status, to: Status) -> bool:
    return to in STEPS[status]


def may_cancel(status: Status, *, starts_at: datetime, ends_at: datetime, now: datetime, role: Role) -> bool:
    """The athlete until the start, coach and system until the end."""
    until = starts_at if role is Role.ATHLETE else ends_at
    return may_step(status, Status.CANCELED) and now < until


def may_decide(status: Status, *, ends_at: datetime, now: datetime) -> bool:
    """Whether it is still open, and of use, to accept or reject it."""
    return may_step(status, Status.ACCEPTED) and now < ends_at


def may_dispute(status: Status, *, starts_at: datetime, now: datetime) -> bool:
    """From the start on: before it, cancelling is the way out."""
    return may_step(status, Status.IN_DISPUTE) and now >= starts_at
