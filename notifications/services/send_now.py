"""Sending a message ahead of its time."""

from datetime import datetime
from typing import Final
from uuid import UUID

from notifications.errors import (
    MessageNotWaitingError,
    MessageTooLateError,
    MessageUntrueError,
    MessageUnwantedError,
)
from notifications.models import Message
from notifications.rules import UNSENT, Why
from notifications.rules.messages import is_waiting
from notifications.services.make_due import make_due
from tenants.errors import DomainError, GoneError

REFUSALS: Final[list[type[DomainError]]] = [
    MessageNotWaitingError,
    MessageUntrueError,
    MessageTooLateError,
    MessageUnwantedError,
    GoneError,
]


def send_now(*, message_id: UUID, by: str, now: datetime) -> Message:
    """Makes a message due that waits for its time or for its next try. One that is due stays as it is.

    `by` is who wants it, as the audit names them. Raises REFUSALS.
    """
    message = Message.objects.select_related("rule", "recipient", "brand").filter(pk=message_id).first()
    if message is not None and message.state in UNSENT and message.due_at <= now:
        return message
    return make_due(
        message_id=message_id,
        of=is_waiting,
        refusal=MessageNotWaitingError,
        why=Why.NONE,
        reason="Sent ahead of its time.",
        by=by,
        now=now,
    )
