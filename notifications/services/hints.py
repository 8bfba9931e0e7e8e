"""When each tenant has something to send, in Valkey: a sorted set of schemas by the time of their next message.

Hints only save looking. What is lost of them, the rotation over all tenants finds again (tasks.rotate).
"""

from collections.abc import Mapping
from datetime import UTC, datetime

from django.db import transaction

from tenants.context import current_schema
from tenants.valkey import ValkeyGoneError, key, valkey

_DUE = "due"


def hint(schema: str, due_at: datetime) -> None:
    """Says that a tenant has something due then. An earlier hint stands. Does nothing where Valkey is gone."""
    hint_all({schema: due_at})


def hint_here(due_at: datetime) -> None:
    """As `hint` for the current tenant, once the transaction has committed."""
    # Bound now: when it runs, another schema may be current.
    schema = current_schema()
    transaction.on_commit(lambda: hint(schema, due_at), robust=True)


def hint_all(due: Mapping[str, datetime]) -> None:
    """As `hint`, for many."""
    if not due:
        return
    scores = {schema: at.timestamp() for schema, at in due.items()}
    try:
        valkey().ask(lambda client: client.zadd(key(_DUE), scores, lt=True))
    except ValkeyGoneError:
        return


def due_hints(*, now: datetime, limit: int) -> dict[str, datetime]:
    """The schemas with something due and since when, the longest due first. Raises ValkeyGoneError."""
    found = valkey().ask(
        lambda client: client.zrangebyscore(key(_DUE), "-inf", now.timestamp(), start=0, num=limit, withscores=True)
    )
    return {schema.decode(): datetime.fromtimestamp(score, tz=UTC) for schema, score in found}


def take_hint(schema: str) -> bool:
    """Takes a tenant's hint away; whether it was there, and not with another sweep by now. Whoever has it looks into
    the tenant afterwards, so that nothing said meanwhile is lost. Raises ValkeyGoneError."""
    return bool(valkey().ask(lambda client: client.zrem(key(_DUE), schema)))
