"""Pure decisions about webhooks: what may happen to a delivery, when it is tried again, when it is given up."""

from datetime import timedelta
from enum import StrEnum
from http import HTTPStatus
from typing import Final

from notifications.rules.events import Event

# How long a delivery is tried (Standard Webhooks, "retry schedule").
KEPT_TRYING: Final = timedelta(hours=72)
# How long the log keeps a delivery after its end.
KEPT_FOR: Final = timedelta(days=30)
# How long the secret before the current one signs too, unless said otherwise, and at the longest.
OVERLAP: Final = timedelta(hours=24)
LONGEST_OVERLAP_HOURS: Final = 7 * 24
# Every booking writes a row for each of them.
MOST_ENDPOINTS: Final = 50

_FIRST_DELAY: Final = timedelta(seconds=10)
_LONGEST_DELAY: Final = timedelta(hours=4)

TEST_EVENT: Final = "webhook.test"
# A timed event happens to nobody: it is a reason for a message.
EVENT_TYPES: Final = {f"booking.{event.value}": event for event in Event if not event.is_timed}


def event_type(event: Event) -> str:
    """What an event is called in webhooks, such as `booking.rescheduled`."""
    return f"booking.{event.value}"


class DeliveryState(StrEnum):
    """planned → sending → delivered, or failed → sending again, or dead; or cancelled before."""

    PLANNED = "planned"
    SENDING = "sending"
    DELIVERED = "delivered"
    FAILED = "failed"  # will be tried again
    DEAD = "dead"  # will not be tried again
    CANCELLED = "cancelled"  # its endpoint was switched off or deleted

    @property
    def label(self) -> str:
        return self.value.capitalize()


# While one of an endpoint and a subject is in these, no later one of the two is sent.
UNFINISHED: Final = (DeliveryState.PLANNED, DeliveryState.FAILED, DeliveryState.SENDING)
# Those that wait for a worker.
WAITING: Final = (DeliveryState.PLANNED, DeliveryState.FAILED)


class Verdict(StrEnum):
    """What an answer means."""

    DELIVERED = "delivered"
    FAILED = "failed"
    # Whatever the delivery: the others need not be tried now.
    BUSY = "busy"
    GONE = "gone"


def verdict(status: int) -> Verdict:
    """What the receiver's status says: 2xx that it has it, 410 that it wants no more of them."""
    if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        return Verdict.DELIVERED
    if status == HTTPStatus.GONE:
        return Verdict.GONE
    if status in {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE,
                  HTTPStatus.GATEWAY_TIMEOUT}:  # fmt: skip
        return Verdict.BUSY
    return Verdict.FAILED


def reason_for(status: int) -> str:
    """What staff is told of an answer that was no success."""
    if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
        return f"The endpoint answered {status}, a redirect. Redirects are not followed: enter the final address."
    if status == HTTPStatus.GONE:
        return "The endpoint answered 410 Gone, so it was switched off."
    return f"The endpoint answered {status}."


def retry_delay(*, attempts: int, jitter: float, asked: timedelta | None = None) -> timedelta:
    """How long to wait after so many failed attempts: from 10 s, doubling, up to 4 h.

    `jitter` in [0, 1) spreads the retries over half of the delay. A longer wait that the receiver `asked` for
    (Retry-After) is kept, up to 4 h; a shorter one changes nothing.
    """
    doubled: timedelta = min(_FIRST_DELAY * 2 ** (min(attempts, 20) - 1), _LONGEST_DELAY)
    return max(doubled * (0.75 + jitter / 2), min(asked or timedelta(), _LONGEST_DELAY))
