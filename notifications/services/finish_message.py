"""Writing down what became of a message that a worker had claimed."""

from collections.abc import Callable
from typing import Final

import structlog
from django.db import OperationalError, connection, transaction
from psycopg.errors import LockNotAvailable

from notifications.channels.failures import storable
from notifications.models import Message
from notifications.models.messages import happened
from notifications.rules import MessageState, Why
from tenants.telemetry.metrics import record

logger = structlog.get_logger(__name__)

# Within the time limit of a task.
_PATIENCE_SECONDS = 20
_LEFT: Final = happened(MessageState.SENT, Why.NONE, "")
_MARK: Final = f"""
    UPDATE notifications_message SET state = 'sent', state_since = statement_timestamp(), why = '', reason = '',
        lease_until = NULL, sent_at = clock_timestamp(), provider_id = %s, address = %s, history = {_LEFT.sql}
    WHERE id = %s AND state = 'sending' AND attempts = %s
"""


def mark_sent(message: Message, *, provider_id: str, address: str) -> None:
    """Ends the lease of a message that has left, unless another worker has taken over meanwhile.

    Without the ORM: it follows each message, and what is killed before it is sent again.
    """
    known_as = storable(provider_id)[:200]

    def mark() -> int:
        with connection.cursor() as cursor:
            cursor.execute(_MARK, [known_as, address[:254], *_LEFT.params, message.pk, message.attempts])
            return int(cursor.rowcount)

    if not _patiently(mark):
        # What became of it was reported before this line: only its provider's name for it is missing.
        reported = Message.objects.filter(pk=message.pk, attempts=message.attempts, provider_id="")
        reported.update(provider_id=known_as)
    _tell(message, MessageState.SENT)


def finish_message(
    message: Message, state: MessageState, *, why: Why = Why.NONE, reason: str = "", **fields: object
) -> None:
    """Ends the lease of a message that has not left, unless another worker has taken over meanwhile."""
    mine = Message.objects.filter(pk=message.pk, state=MessageState.SENDING, attempts=message.attempts)
    _patiently(lambda: mine.end(state, why=why, reason=storable(reason), **fields))
    _tell(message, state)


def _tell(message: Message, state: MessageState) -> None:
    # Without the reason, which may be the mail server's words: they name the recipient. The admin shows it.
    logger.info("message", state=state.value, channel=message.channel, subject=str(message.subject_id))
    record(lambda metrics: metrics.messages.labels(message.event, message.channel, state.value).inc())


def _patiently(write_down: Callable[[], int]) -> int:
    """What has happened is written down also where the row is held for longer than others wait for it, such as by who
    plans many bookings anew: it would be sent again. Nothing else is held meanwhile, so nobody waits in a circle."""
    try:
        return write_down()
    except OperationalError as error:
        if not isinstance(error.__cause__, LockNotAvailable):
            raise
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = '{_PATIENCE_SECONDS}s'")
        return write_down()
