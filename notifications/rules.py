"""Pure decisions about messages: their states, when to try again, when to give up."""

from datetime import timedelta
from enum import StrEnum
from typing import Final

# Longer than the time limit of a task, shorter than the broker's visibility timeout (config.settings.tasks).
LEASE: Final = timedelta(seconds=120)
MAX_ATTEMPTS: Final = 12
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

    @property
    def label(self) -> str:
        return self.value.capitalize()


def retry_after(*, attempts: int, jitter: float) -> timedelta:
    """How long to wait after so many failed attempts: doubling, up to an hour.

    `jitter` in [0, 1) spreads the retries of many messages over half of the delay.
    """
    delay: timedelta = min(_FIRST_DELAY * 2 ** (attempts - 1), _LONGEST_DELAY)
    return delay * (0.75 + jitter / 2)


def gives_up(*, attempts: int) -> bool:
    """Whether a message that failed so often is dead."""
    return attempts >= MAX_ATTEMPTS
