"""The table of statuses: what leads where, when, and who may leave."""

from datetime import timedelta
from itertools import product

import pytest

from tests.support.cast import MONDAY
from visits.rules.statuses import (
    Status,
    Step,
    is_too_early,
    may_cancel,
    may_reschedule,
    status_after,
)

# Status → step → where it leads. Everything else is forbidden.
ALLOWED = {
    ("scheduled", "check_in"): "checked_in",
    ("scheduled", "start"): "in_progress",
    ("scheduled", "complete"): "completed",
    ("scheduled", "no_show"): "no_show",
    ("checked_in", "start"): "in_progress",
    ("checked_in", "complete"): "completed",
    ("in_progress", "complete"): "completed",
}
ON = [step for step in Step if step is not Step.UNDO]


@pytest.mark.parametrize(("status", "step"), list(product(Status, ON)))
def test_a_step_leads_where_the_table_says(status: Status, step: Step) -> None:
    assert status_after(step, status=status, before=None) == ALLOWED.get((status.value, step.value))


@pytest.mark.parametrize("status", Status)
def test_undo_leads_back_but_not_from_cancelled(status: Status) -> None:
    back = status_after(Step.UNDO, status=status, before=Status.SCHEDULED)

    assert back == (None if status is Status.CANCELLED else Status.SCHEDULED)
    assert status_after(Step.UNDO, status=status, before=None) is None


@pytest.mark.parametrize(
    ("step", "hours", "early"),
    [
        ("check_in", -25, True), ("check_in", -24, False), ("start", -25, True), ("start", -24, False),
        ("complete", -1, True), ("complete", 0, False), ("no_show", -1, True), ("no_show", 0, False),
        ("undo", -1000, False),
    ],
)  # fmt: skip
def test_some_steps_wait_for_the_start(step: str, hours: int, *, early: bool) -> None:
    assert is_too_early(Step(step), starts_at=MONDAY, now=MONDAY + timedelta(hours=hours)) is early


@pytest.mark.parametrize(
    ("status", "before", "after", "staff"),
    [
        ("scheduled", True, False, True), ("checked_in", False, False, True), ("in_progress", False, False, False),
        ("completed", False, False, False), ("cancelled", False, False, False), ("no_show", False, False, False),
    ],
)  # fmt: skip
def test_a_client_cancels_before_the_start_and_staff_until_it_has_begun(
    status: str, *, before: bool, after: bool, staff: bool
) -> None:
    earlier = MONDAY - timedelta(seconds=1)

    def may(now: object, *, as_staff: bool) -> bool:
        return may_cancel(Status(status), starts_at=MONDAY, now=now, as_staff=as_staff)  # type: ignore[arg-type]

    assert may(earlier, as_staff=False) is before
    assert may(MONDAY, as_staff=False) is after
    assert may(earlier, as_staff=True) is may(MONDAY, as_staff=True) is staff


@pytest.mark.parametrize("status", Status)
def test_only_what_is_scheduled_and_has_not_begun_is_moved(status: Status) -> None:
    assert may_reschedule(status, starts_at=MONDAY, now=MONDAY - timedelta(seconds=1)) is (status is Status.SCHEDULED)
    assert not may_reschedule(status, starts_at=MONDAY, now=MONDAY)
