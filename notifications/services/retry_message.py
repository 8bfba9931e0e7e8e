"""Sending a message again that was given up, or did not arrive."""

from datetime import datetime
from typing import Final
from uuid import UUID

from notifications.errors import (
    MessageNotRetriableError,
    MessageTooLateError,
    MessageUntrueError,
    MessageUnwantedError,
)
from notifications.models import Message
from notifications.rules import MessageState, Why
from notifications.services.make_due import make_due
from tenants.errors import DomainError, GoneError

RETRIABLE: Final = (MessageState.DEAD, MessageState.FAILED, MessageState.EXPIRED, MessageState.BOUNCED)
REFUSALS: Final[list[type[DomainError]]] = [
    MessageNotRetriableError,
    MessageUntrueError,
    MessageTooLateError,
    MessageUnwantedError,
    GoneError,
]


def retry_message(*, message_id: UUID, by: str, now: datetime) -> Message:
    """Plans a message anew that is dead, failed, expired or bounced: due now, with all its attempts before it.

    `by` is who wants it, as the audit names them. Raises REFUSALS.
    """
    return make_due(
        message_id=message_id,
        of=RETRIABLE,
        refusal=MessageNotRetriableError,
        why=Why.RETRIED,
        reason="Retried: it was {state}.",
        by=by,
        now=now,
        attempts=0,
    )
