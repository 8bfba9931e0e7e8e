"""Staff reads in one sentence why a message was or wasn't sent."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from notifications.rules import MessageState, Why
from notifications.rules.history import Step, steps, why_sentence

NOW = datetime(2030, 1, 7, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
SERVER = {"why": Why.REFUSED, "reason": "The mail server answered 550: No such user"}


def _sentence(state: str, **more: Any) -> str:
    standard: dict[str, Any] = {
        "why": Why.NONE, "reason": "", "attempts": 1, "due_at": NOW, "sent_at": None, "address": "", "now": NOW,
        "paused_seconds": 0, "say": lambda at: f"{at:%H:%M}",
    }  # fmt: skip
    return why_sentence(state=MessageState(state), **{**standard, **more})


@pytest.mark.parametrize(
    ("state", "more", "said"),
    [
        ("planned", {"due_at": NOW + HOUR}, "Not sent yet: it is due 13:00."),
        (
            "planned",
            {"due_at": NOW + HOUR, "why": Why.QUIET_HOURS, "reason": "Its reader's quiet hours."},
            "Not sent yet: it is due 13:00. Its reader's quiet hours.",
        ),
        ("planned", {}, "It is due since 12:00 and goes out as soon as a worker is free"),
        ("planned", {"paused_seconds": 40}, "the channel's server can't be reached. It is tried again in 40 s."),
        ("failed", {"due_at": NOW + HOUR, "attempts": 3, **SERVER}, "tried 3 times; the next try is 13:00. The mail"),
        ("failed", {"attempts": 3, **SERVER}, "It is due since 12:00"),
        ("sending", {}, "right now"),
        ("sent", {"sent_at": NOW, "address": "bob@example.com"}, "Sent 12:00 to bob@example.com, tried once."),
        ("bounced", {"sent_at": NOW, "why": Why.BOUNCED}, "and it came back. Bounced."),
        ("dead", SERVER, "not tried again. The mail server answered 550: No such user. Once the cause is mended"),
        ("expired", {"why": Why.LATE}, "too late to be of use. Too late."),
        ("superseded", {"reason": "The booking was moved."}, "no longer true. The booking was moved."),
        (
            "cancelled",
            {"why": Why.BOUNCED, "reason": "Messages to this address came back."},
            "on the suppression list. Messages to this address came back. Once that is ended there",
        ),
        ("cancelled", {"why": Why.RULE_OFF}, "not wanted any more. Rule off."),
    ],
)
def test_it_is_said(state: str, more: dict[str, Any], said: str) -> None:
    assert said in _sentence(state, **more)


@pytest.mark.parametrize("state", list(MessageState))
@pytest.mark.parametrize("why", list(Why))
def test_every_state_has_a_sentence(state: str, why: Why) -> None:
    said = _sentence(state, why=why)

    assert len(said) > 20
    assert "  " not in said


def test_the_steps_begin_with_the_plan() -> None:
    line = {"at": "2030-01-07T13:00:00.5+00:00", "state": "dead", "why": "refused", "reason": "No.", "by": "user:1"}

    found = steps(created_at=NOW, state=MessageState.DEAD, why=Why.REFUSED, reason="No.", history=[line])

    dead = Step(NOW + HOUR + timedelta(seconds=0.5), MessageState.DEAD, Why.REFUSED, "No.", "user:1")
    assert found == [Step(NOW, MessageState.PLANNED), dead]


def test_what_was_of_no_use_when_it_was_planned_was_never_planned() -> None:
    found = steps(created_at=NOW, state=MessageState.EXPIRED, why=Why.TIME_PASSED, reason="Past.", history=[])

    assert found == [Step(NOW, MessageState.EXPIRED, Why.TIME_PASSED, "Past.")]
