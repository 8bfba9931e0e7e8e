"""What happened to a message, and why it was or wasn't sent, in words."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from notifications.rules.messages import SUPPRESSED, MessageState, Why


@dataclass(frozen=True, slots=True)
class Step:
    """Something that happened to a message. `by` is who did it, as the audit names them; often nobody."""

    at: datetime
    state: MessageState
    why: Why = Why.NONE
    reason: str = ""
    by: str = ""


def steps(
    *, created_at: datetime, state: MessageState, why: Why, reason: str, history: Sequence[Mapping[str, str]]
) -> list[Step]:
    """All that happened to a message, oldest first, from its planning on."""
    then = [
        Step(
            at=datetime.fromisoformat(line["at"]),
            state=MessageState(line["state"]),
            why=Why(line["why"]),
            reason=line["reason"],
            by=line.get("by", ""),
        )
        for line in history
    ]
    if not then and state not in {MessageState.PLANNED, MessageState.SENDING}:
        return [Step(created_at, state, why, reason)]  # of no use already when it was planned
    return [Step(created_at, MessageState.PLANNED), *then]


def why_sentence(
    *,
    state: MessageState,
    why: Why,
    reason: str,
    attempts: int,
    due_at: datetime,
    sent_at: datetime | None,
    address: str,
    paused_seconds: int,
    now: datetime,
    say: Callable[[datetime], str],
) -> str:
    """Why a message was sent, or wasn't (yet), and what can be done. `say` writes an instant for the reader.

    `paused_seconds` is for how long its channel is still left alone, 0 if it isn't.
    """
    because = _sentence(reason or why.label)
    tries = "once" if attempts == 1 else f"{attempts} times"
    sent = " ".join(["Sent", *([say(sent_at)] if sent_at else []), "to", address or "its reader"])
    waits = state in {MessageState.PLANNED, MessageState.FAILED}
    said: tuple[str, ...]
    if waits and due_at <= now and paused_seconds:
        said = (
            "Not sent yet: the channel's server can't be reached.",
            f"It is tried again in {paused_seconds} s.",
            because,
        )
    elif waits and due_at <= now:
        said = (
            f"It is due since {say(due_at)} and goes out as soon as a worker is free.",
            "If it stays like this, no worker is running.",
            because,
        )
    elif state is MessageState.CANCELLED and why in SUPPRESSED:
        said = (
            "Not sent: its address is on the suppression list.",
            because,
            "Once that is ended there, or the address corrected, 'Retry' sends it.",
        )
    else:
        said = {
            MessageState.PLANNED: (f"Not sent yet: it is due {say(due_at)}.", because),
            MessageState.FAILED: (f"Not sent yet, tried {tries}; the next try is {say(due_at)}.", because),
            MessageState.SENDING: ("It is being sent right now.",),
            MessageState.SENT: (f"{sent}, tried {tries}.",),
            MessageState.BOUNCED: (f"{sent}, and it came back.", because),
            MessageState.DEAD: (
                "Not sent, and not tried again.",
                because,
                "Once the cause is mended, 'Retry' sends it.",
            ),
            MessageState.EXPIRED: ("Not sent: it came too late to be of use.", because),
            MessageState.SUPERSEDED: ("Not sent: what it says is no longer true.", because),
            MessageState.CANCELLED: ("Not sent: it is not wanted any more.", because),
        }[state]
    return " ".join(part for part in said if part)


def _sentence(text: str) -> str:
    return text if not text or text.endswith((".", "!", "?")) else f"{text}."
