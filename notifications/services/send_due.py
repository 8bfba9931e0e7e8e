"""Sending what is due in the current tenant.

A worker claims a batch of messages by a lease, in a transaction of its own, and fetches what they need. Then it looks,
before each of them, whether it is still true and wanted, sends it, and writes down how that went: three statements.
Killed in between, the lease ends and another worker takes over: a message is sent at least once, and at most once
more than it should be.
"""

import random
import time
from contextlib import closing
from datetime import datetime
from uuid import UUID

import structlog
from django.db.models import F

from notifications.channels.errors import PermanentFailureError, TransientFailureError, UnreachableError
from notifications.channels.outgoing import Outgoing, Session
from notifications.channels.registry import SESSIONS
from notifications.models import Message, Rule
from notifications.rules.messages import LEASE, MessageState, Why, gives_up, retry_after
from notifications.rules.suppressions import SuppressionReason
from notifications.selectors import Standing, facts_of, reader_of, standing_of
from notifications.services import pauses
from notifications.services.compose import compose
from notifications.services.finish_message import finish_message, mark_sent
from notifications.services.replan import replan_message
from notifications.services.wake import keep_turn
from notifications.texts import fetch_templates
from tenants.context import current_schema
from tenants.leases import claim, database_now, give_back
from tenants.telemetry import tracing, work

logger = structlog.get_logger(__name__)

BATCH = 25
_SUPPRESSED = {
    SuppressionReason.UNSUBSCRIBED: "Its reader has unsubscribed from all that is not essential.",
    SuppressionReason.BOUNCED: "Messages to this address came back.",
    SuppressionReason.COMPLAINED: "Its reader has called such messages spam.",
    SuppressionReason.MANUAL: "Staff has put this address on the suppression list.",
}


class NotSentError(Exception):
    """The message is not to be sent, and why; `due_at` where it is to wait instead."""

    def __init__(self, state: MessageState, why: Why, reason: str, *, due_at: datetime | None = None) -> None:
        super().__init__(reason)
        self.state, self.why, self.reason, self.due_at = state, why, reason, due_at


def send_due(*, deadline: float) -> int:
    """Deals with what is due, a batch after the other, until nothing is or `deadline` (time.monotonic()) has come;
    answers with how many. At least one message is dealt with, however slow its server."""
    done = 0
    with closing(Turn()) as turn:
        while (not done or time.monotonic() < deadline) and (batch := claim_due(limit=BATCH)):
            keep_turn()
            try:
                while batch and (not done or time.monotonic() < deadline):
                    done += 1
                    if not deliver(batch.pop(0), turn):
                        break  # the channel is paused: the rest of the batch may be for it too
            finally:
                # Whatever became of the one in hand. Without its database the rest waits for the end of the lease.
                give_back(Message, [message.pk for message in batch])
    return done


def claim_due(*, limit: int) -> list[Message]:
    """Leases up to `limit` due messages to the caller, but for those of channels that are paused; with all that
    `deliver` needs of them."""
    now = database_now()
    due = Message.objects.due(now)
    for channel, brand_id in pauses.paused():
        due = due.exclude(channel=channel, brand_id=brand_id)
    claimed = claim(due, limit=limit, lease=LEASE, now=now)
    fetched = Message.objects.filter(pk__in=claimed).select_related("recipient", "brand", "rule")
    messages = list(fetched.order_by("due_at"))
    fetch_templates(messages)
    return messages


class Turn:
    """A worker's turn at a tenant: the channels' sessions, begun as they are needed, and which brands' channels have
    worked in it."""

    def __init__(self) -> None:
        self._sessions: dict[str, Session] = {}
        self._working: set[tuple[str, UUID]] = set()

    def session(self, channel: str) -> Session:
        if channel not in self._sessions:
            self._sessions[channel] = SESSIONS[channel]()
        return self._sessions[channel]

    def works(self, channel: str, brand_id: UUID) -> None:
        """Ends the pause of a brand's channel with the first message of the turn that it carries, or the first after
        a failure."""
        if (channel, brand_id) not in self._working:
            self._working.add((channel, brand_id))
            pauses.resume(channel, brand_id)

    def fails(self, channel: str, brand_id: UUID) -> bool:
        """Begins the channel anew, with the next message; whether the brand's is left alone for a while."""
        self._working.discard((channel, brand_id))
        if broken := self._sessions.pop(channel, None):
            broken.close()
        return pauses.pause(channel, brand_id)

    def close(self) -> None:
        for session in self._sessions.values():
            session.close()


def deliver(message: Message, turn: Turn) -> bool:
    """Sends one claimed message, or writes down why it is not sent. False where its channel is paused for that.

    What may have changed since its claim, and would make it untrue or unwanted, is looked at again.
    """
    standing = standing_of(message)
    if standing is None:
        return True
    with (
        work.also(request_id=message.request_id, message=str(message.pk)),
        tracing.caused_span("send message", cause=message.traceparent, **_traced(message)),
    ):
        return _deliver(message, turn, standing)


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


def _deliver(message: Message, turn: Turn, standing: Standing) -> bool:
    now = standing.now
    if message.rule.version != standing.rule_version:
        message.rule = Rule.objects.get(pk=message.rule_id)
    if message.rule_version != message.rule.version:
        # Changed since this was planned, and not planned anew yet: what it says may no longer be wanted.
        finish_message(message, MessageState.PLANNED, why=Why.RULE_CHANGED, attempts=F("attempts") - 1)
        replan_message(message, now=now)
        return True
    try:
        outgoing = _outgoing(message, standing)
        provider_id = turn.session(message.channel).send(outgoing)
    except NotSentError as error:
        more = {"due_at": error.due_at, "attempts": F("attempts") - 1} if error.due_at else {}
        finish_message(message, error.state, why=error.why, reason=error.reason, **more)
    except PermanentFailureError as error:
        finish_message(message, MessageState.DEAD, why=error.why, reason=str(error))
    except UnreachableError as error:
        _fail(message, why=error.why, reason=str(error), now=now)
        return not turn.fails(message.channel, message.brand_id)
    except TransientFailureError as error:
        _fail(message, why=error.why, reason=str(error), now=now)
    except Exception as error:  # one message's trouble must not stop the others
        logger.exception("message could not be sent")
        reason = f"Unexpected: {type(error).__name__}. The log has the details."
        _fail(message, why=Why.UNEXPECTED, reason=reason, now=now)
    else:
        mark_sent(message, provider_id=provider_id, address=outgoing.reader.address)
        turn.works(message.channel, message.brand_id)
    return True


def _outgoing(message: Message, standing: Standing) -> Outgoing:
    """What is to be sent. Raises NotSentError where the message is untrue, late or unwanted by now."""
    now = standing.now
    facts = facts_of(message)
    if facts is None or facts.schedule_version != message.schedule_version:
        raise NotSentError(MessageState.SUPERSEDED, Why.CHANGED, "It was changed or cancelled before this was sent.")
    if message.expires_at <= now:
        raise NotSentError(MessageState.EXPIRED, Why.LATE, _late(message))
    reader = reader_of(message, facts=facts)
    night = message.rule.quiet_hours and message.rule.quiet_hours.around(now, reader.zone)
    if night and night.end < message.expires_at:
        reason = "Its reader's quiet hours."
        raise NotSentError(MessageState.PLANNED, Why.QUIET_HOURS, reason, due_at=night.end)
    if night:
        raise NotSentError(MessageState.EXPIRED, Why.QUIET_HOURS, "Its reader's quiet hours left no time for it.")
    if not reader.address:
        raise PermanentFailureError(
            "The recipient has no address for this channel. Add one to the person.", why=Why.NO_ADDRESS
        )
    if standing.suppressed:
        raise NotSentError(MessageState.CANCELLED, standing.suppressed.why, _SUPPRESSED[standing.suppressed])
    return compose(message=message, facts=facts, reader=reader)


def _late(message: Message) -> str:
    return " ".join(["It could not be sent in time.", *(["Last:", message.reason] if message.reason else [])])


def _fail(message: Message, *, why: Why, reason: str, now: datetime) -> None:
    if gives_up(attempts=message.attempts):
        reason = f"Given up after {message.attempts} attempts. {reason}"
        finish_message(message, MessageState.DEAD, why=why, reason=reason)
        return
    delay = retry_after(attempts=message.attempts, jitter=random.random())  # noqa: S311 - spreads load, no secret
    finish_message(message, MessageState.FAILED, why=why, reason=reason, due_at=now + delay)
    rule = Rule.objects.get(pk=message.rule_id)
    if rule.version != message.rule_version:
        # Changed while this was being sent, and who planned anew left it alone: it might have arrived.
        message.rule = rule
        replan_message(message, now=now)
