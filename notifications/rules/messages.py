"""Pure decisions about messages: their states, when to try again, when to give up."""

from datetime import timedelta
from enum import StrEnum
from typing import Final

# Longer than the time limit of a task, shorter than the broker's visibility timeout (config.settings.tasks).
LEASE: Final = timedelta(seconds=120)
# With the delays below about 30 hours: a mail server that is away for a day costs no message its chance. What is of
# no use so late has expired by then (Rule.lateness_minutes).
MAX_ATTEMPTS: Final = 38
_FIRST_DELAY: Final = timedelta(seconds=10)
_LONGEST_DELAY: Final = timedelta(hours=1)


class MessageState(StrEnum):
    """planned → sending → sent, or failed → sending again, or dead; or never sent for a reason."""

    PLANNED = "planned"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"  # will be tried again
    DEAD = "dead"  # will not be tried again
    SUPERSEDED = "superseded"  # what it says is no longer true
    EXPIRED = "expired"  # too late to be of use
    CANCELLED = "cancelled"  # not wanted any more: by the rule, or by its reader
    BOUNCED = "bounced"  # sent, and it came back

    @property
    def label(self) -> str:
        return self.value.capitalize()


# Those that a change of the booking or of the rule may still touch.
UNSENT: Final = (MessageState.PLANNED, MessageState.FAILED)


class Why(StrEnum):
    """Why a message is in its state: what staff filters by. `Message.reason` says it in words."""

    NONE = ""
    CHANGED = "changed"
    LATE = "late"
    TIME_PASSED = "time_passed"
    QUIET_HOURS = "quiet_hours"
    RULE_OFF = "rule_off"
    RULE_CHANGED = "rule_changed"
    NO_ADDRESS = "no_address"
    NO_ACCOUNT = "no_account"
    UNSUBSCRIBED = "unsubscribed"
    SUPPRESSED = "suppressed"
    BOUNCED = "bounced"
    COMPLAINED = "complained"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    TEMPLATE = "template"
    UNEXPECTED = "unexpected"
    RETRIED = "retried"

    @property
    def label(self) -> str:
        return {
            "": "",
            "changed": "Booking changed or cancelled",
            "late": "Too late",
            "time_passed": "Its time had passed when it was planned",
            "no_account": "Channel not set up",
            "unreachable": "Server not reachable",
            "refused": "Refused by the server",
            "template": "Error in the template",
        }.get(self.value, self.value.replace("_", " ").capitalize())


# What the suppression list held back: what stands there may be ended, and is looked at again before each sending.
SUPPRESSED: Final = (Why.BOUNCED, Why.COMPLAINED, Why.UNSUBSCRIBED, Why.SUPPRESSED)


def is_waiting(state: MessageState, _why: Why) -> bool:
    """Whether it may be sent ahead of its time."""
    return state in UNSENT


def is_retriable(state: MessageState, why: Why) -> bool:
    """Whether staff may have it sent again: what did not arrive, and what its address held back."""
    lost = (MessageState.DEAD, MessageState.FAILED, MessageState.EXPIRED, MessageState.BOUNCED)
    return state in lost or (state is MessageState.CANCELLED and why in SUPPRESSED)


def retry_after(*, attempts: int, jitter: float) -> timedelta:
    """How long to wait after so many failed attempts: doubling, up to an hour.

    `jitter` in [0, 1) spreads the retries of many messages over half of the delay.
    """
    delay: timedelta = min(_FIRST_DELAY * 2 ** (min(attempts, 20) - 1), _LONGEST_DELAY)
    return delay * (0.75 + jitter / 2)


def gives_up(*, attempts: int) -> bool:
    """Whether a message that failed so often is dead."""
    return attempts >= MAX_ATTEMPTS
