"""How long the queues of messages and of webhooks are, for the operators."""

from dataclasses import dataclass

from django.db import ProgrammingError, connection
from django_tenants.utils import quote_schema_name

from tenants.due import CHUNK

# What MessageQuerySet.due says, in SQL for the index `message_open_due`; of webhook deliveries the same columns, where
# also those count that wait for an earlier one or for an endpoint that rests.
DUE = "state IN ('planned', 'failed', 'sending') AND due_at <= now() AND (state <> 'sending' OR lease_until < now())"


@dataclass(frozen=True, slots=True)
class Queue:
    """The messages, or the webhook deliveries, of one tenant, by the database's clock."""

    # Those that a worker may take now, and for how many seconds the oldest of them has waited.
    due: int
    oldest_seconds: float
    # Those that failed and wait for their next try, and those that were given up in the last 24 hours.
    failed: int
    dead: int


@dataclass(frozen=True, slots=True)
class _Table:
    """`since` is the column that says since when a row is dead."""

    name: str
    since: str


_MESSAGES = _Table("notifications_message", "state_since")
_WEBHOOKS = _Table("notifications_webhookdelivery", "ended_at")


def measure_queues(schemas: list[str]) -> dict[str, Queue]:
    """The queue of messages of each schema, many in one statement, each by its index. A schema whose tables are missing
    or behind is left out. Raises django.db.Error. Wants the public schema to be current."""
    return _chunked(_MESSAGES, schemas)


def measure_webhook_queues(schemas: list[str]) -> dict[str, Queue]:
    """The same of webhook deliveries."""
    return _chunked(_WEBHOOKS, schemas)


def _chunked(table: _Table, schemas: list[str]) -> dict[str, Queue]:
    queues: dict[str, Queue] = {}
    for first in range(0, len(schemas), CHUNK):
        queues |= _of_sound(table, schemas[first : first + CHUNK])
    return queues


def _of_sound(table: _Table, schemas: list[str]) -> dict[str, Queue]:
    try:
        return _measure(table, schemas)
    except ProgrammingError:
        if len(schemas) == 1:
            return {}
    half = len(schemas) // 2
    return _of_sound(table, schemas[:half]) | _of_sound(table, schemas[half:])


def _measure(table: _Table, schemas: list[str]) -> dict[str, Queue]:
    branches = [
        f"""
        SELECT {index}, due, oldest, failed, dead
        FROM (
            SELECT count(*) AS due, coalesce(extract(epoch FROM now() - min(due_at)), 0) AS oldest
            FROM {quote_schema_name(schema)}.{table.name} WHERE {DUE}
        ) AS waiting,
        (
            SELECT count(*) FILTER (WHERE state = 'failed') AS failed,
                   count(*) FILTER (WHERE state = 'dead') AS dead
            FROM {quote_schema_name(schema)}.{table.name}
            WHERE state = 'failed' OR state = 'dead' AND {table.since} > now() - interval '24 hours'
        ) AS trouble
        """
        for index, schema in enumerate(schemas)
    ]
    if not branches:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(branches))
        return {schemas[row[0]]: Queue(row[1], float(row[2]), row[3], row[4]) for row in cursor.fetchall()}
