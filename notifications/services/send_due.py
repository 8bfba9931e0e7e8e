"""Sending what is due in the current tenant.

A worker claims a message by a lease, in a transaction of its own; then it looks whether the message is
still true, sends it, and writes down how that went. Killed in between, the lease ends and another worker
takes over: a message is sent at least once, and at most once more than it should be.
"""

import random
import time
from datetime import datetime
from uuid import UUID

import structlog
from django.db import connection, transaction
from django.db.models import F

from notifications import subjects
from notifications.channels import email
from notifications.channels.errors import PermanentFailureError, TransientFailureError
from notifications.models import Message
from notifications.rules import LEASE, MessageState, gives_up, retry_after
from notifications.services.wake import keep_turn
from tenants.context import current_schema
from tenants.telemetry import tracing, work
from tenants.telemetry.metrics import record

logger = structlog.get_logger(__name__)

BATCH = 10
# A task starts no message after this many seconds: with a slow server it must end before its time limit.
BUDGET_SECONDS = 20.0


def send_due() -> int:
    """Deals with what is due, a batch after the other, until nothing is or the time is up; answers with how many."""
    deadline = time.monotonic() + BUDGET_SECONDS
    done = 0
    while time.monotonic() < deadline and (batch := claim(limit=BATCH)):
        while batch and time.monotonic() < deadline:
            keep_turn()
            deliver(batch.pop(0))
            done += 1
        _give_back(batch)
    return done


def database_now() -> datetime:
    """The database's clock: the one clock that all workers share."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return cursor.fetchone()[0]  # type: ignore[no-any-return]


@transaction.atomic
def claim(*, limit: int) -> list[UUID]:
    """Leases up to `limit` due messages to the caller. No message is leased to two at once."""
    now = database_now()
    due = list(
        Message.objects.due(now)
        .order_by("due_at")
        .select_for_update(skip_locked=True, of=("self",))
        .values_list("id", flat=True)[:limit]
    )
    Message.objects.filter(id__in=due).update(
        state=MessageState.SENDING, lease_until=now + LEASE, attempts=F("attempts") + 1, reason=""
    )
    return due


def _give_back(claimed: list[UUID]) -> None:
    """Ends the leases of what was claimed and not tried: another worker need not wait for their end."""
    Message.objects.filter(id__in=claimed, state=MessageState.SENDING).update(
        state=MessageState.PLANNED, lease_until=None, attempts=F("attempts") - 1
    )


def deliver(message_id: UUID) -> None:
    """Sends one claimed message, or writes down why it is not sent."""
    message = Message.objects.select_related("recipient", "brand").get(pk=message_id)
    with (
        work.also(request_id=message.request_id, message=str(message.pk)),
        tracing.caused_span("send message", cause=message.traceparent, **_traced(message)),
    ):
        _deliver(message, now=database_now())


def _traced(message: Message) -> dict[str, str | int | None]:
    return {
        "slotkeeper.schema": current_schema(),
        "slotkeeper.message": str(message.pk),
        "slotkeeper.event": message.event,
        "slotkeeper.channel": message.channel,
        "slotkeeper.subject": f"{message.subject_kind}:{message.subject_id}",
        "slotkeeper.attempt": message.attempts,
        "slotkeeper.request_id": message.request_id,
    }


def _deliver(message: Message, *, now: datetime) -> None:
    try:
        state, reason = _send_if_true(message, now=now)
    except PermanentFailureError as error:
        _finish(message, MessageState.DEAD, reason=str(error))
    except TransientFailureError as error:
        _fail(message, reason=str(error), now=now)
    except Exception as error:  # one message's trouble must not stop the others
        logger.exception("message could not be sent")
        _fail(message, reason=f"Unexpected: {type(error).__name__}. The log has the details.", now=now)
    else:
        _finish(message, state, reason=reason, **({"sent_at": database_now()} if state is MessageState.SENT else {}))


def _send_if_true(message: Message, *, now: datetime) -> tuple[MessageState, str]:
    """Sends the message unless it is untrue or late by now; answers how it ended, and why."""
    facts = subjects.load(kind=message.subject_kind, subject_id=message.subject_id)
    if facts is None or facts.schedule_version != message.schedule_version:
        return MessageState.SUPERSEDED, "It was changed or cancelled before this was sent."
    if message.expires_at <= now:
        return MessageState.EXPIRED, "It could not be sent in time."
    email.send(message=message, facts=facts)
    return MessageState.SENT, ""


def _fail(message: Message, *, reason: str, now: datetime) -> None:
    if gives_up(attempts=message.attempts):
        _finish(message, MessageState.DEAD, reason=f"Given up after {message.attempts} attempts. {reason}")
        return
    delay = retry_after(attempts=message.attempts, jitter=random.random())  # noqa: S311 - spreads load, no secret
    _finish(message, MessageState.FAILED, reason=reason, due_at=now + delay)


def _finish(message: Message, state: MessageState, *, reason: str = "", **fields: datetime) -> None:
    """Ends the lease, unless another worker has taken over meanwhile."""
    Message.objects.filter(pk=message.pk, state=MessageState.SENDING, attempts=message.attempts).update(
        state=state, reason=reason[:300], lease_until=None, **fields
    )
    # Without the reason, which may be the mail server's words: they name the recipient. The admin shows it.
    logger.info("message", state=state.value, channel=message.channel, subject=str(message.subject_id))
    record(lambda metrics: metrics.messages.labels(message.event, message.channel, state.value).inc())
