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
from notifications.rules import Why
from notifications.rules.messages import is_retriable
from notifications.services.make_due import make_due
from tenants.errors import DomainError, GoneError

REFUSALS: Final[list[type[DomainError]]] = [
    MessageNotRetriableError,
    MessageUntrueError,
    MessageTooLateError,
    MessageUnwantedError,
    GoneError,
]


def retry_message(*, message_id: UUID, by: str, now: datetime) -> Message:
    """Plans a message anew that is dead, failed, expired or bounced, or was held
    back by the suppression list: due now, with all its attempts before it.

    `by` is who wants it, as the audit names them. Raises REFUSALS.
    """
    return make_due(
        message_id=message_id,
        of=is_retriable,
        refusal=MessageNotRetriableError,
        why=Why.RETRIED,
        reason="Retried: it was {state}.",
        by=by,
        now=now,
        attempts=0,
    )
