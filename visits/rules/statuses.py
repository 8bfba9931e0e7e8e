"""The statuses of a visit and the steps between them (docs/visits.md has them as a diagram)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final


class Status(StrEnum):
    SCHEDULED = "scheduled"
    CHECKED_IN = "checked_in"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    NO_SHOW = "no_show"

    @property
    def label(self) -> str:
        return {"no_show": "No-show"}.get(self.value, self.value.replace("_", " ").capitalize())


class Step(StrEnum):
    CHECK_IN = "check_in"
    START = "start"
    COMPLETE = "complete"
    NO_SHOW = "no_show"
    UNDO = "undo"


# Nobody arrives earlier than this before the start: it is another visit that is meant.
EARLIEST_ARRIVAL: Final = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Change:
    """From which statuses a step leads to which one, and how long after the start (before it, if negative)."""

    before: frozenset[Status]
    to: Status
    not_before: timedelta


# All of them are the staff's. What is not here is forbidden.
CHANGES: Final = {
    Step.CHECK_IN: Change(frozenset({Status.SCHEDULED}), Status.CHECKED_IN, -EARLIEST_ARRIVAL),
    Step.START: Change(frozenset({Status.SCHEDULED, Status.CHECKED_IN}), Status.IN_PROGRESS, -EARLIEST_ARRIVAL),
    Step.COMPLETE: Change(
        frozenset({Status.SCHEDULED, Status.CHECKED_IN, Status.IN_PROGRESS}), Status.COMPLETED, timedelta(0)
    ),
    Step.NO_SHOW: Change(frozenset({Status.SCHEDULED}), Status.NO_SHOW, timedelta(0)),
}
# What a step away from cancelled would need, the time, is free for others since.
CANCELLABLE: Final = {Status.SCHEDULED, Status.CHECKED_IN}


def status_after(step: Step, *, status: Status, before: Status | None) -> Status | None:
    """Where a step leads; None where it is forbidden. `before` is the status that the last step left."""
    if step is Step.UNDO:
        return None if status is Status.CANCELLED else before
    change = CHANGES[step]
    return change.to if status in change.before else None


def is_too_early(step: Step, *, starts_at: datetime, now: datetime) -> bool:
    """Whether it can't have happened yet. What was done can be undone at any time."""
    return step is not Step.UNDO and now < starts_at + CHANGES[step].not_before


def may_cancel(status: Status, *, starts_at: datetime, now: datetime, as_staff: bool) -> bool:
    """A client until the start; staff as long as the visit has not begun, whatever the clock says."""
    if as_staff:
        return status in CANCELLABLE
    return status is Status.SCHEDULED and now < starts_at


def may_reschedule(status: Status, *, starts_at: datetime, now: datetime) -> bool:
    """Until the start, whoever asks: what has begun took place or did not."""
    return status is Status.SCHEDULED and now < starts_at
