"""Retrying many messages at once."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from notifications.services.retry_message import retry_message
from tenants.errors import DomainError


@dataclass(slots=True)
class Retried:
    """How many were planned anew, and why the others weren't: the refusals' words and how often."""

    done: int = 0
    refused: Counter[str] = field(default_factory=Counter)


def retry_messages(*, message_ids: Iterable[UUID], by: str, now: datetime) -> Retried:
    """Retries each that may be; one that may not holds up no other."""
    result = Retried()
    for message_id in message_ids:
        try:
            retry_message(message_id=message_id, by=by, now=now)
        except DomainError as error:
            result.refused[str(error)] += 1
        else:
            result.done += 1
    return result
