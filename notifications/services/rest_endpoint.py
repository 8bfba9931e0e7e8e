"""Webhook endpoints that are left alone for a while: in trouble, or slow. None of them takes a worker for itself.

Kept in Valkey; were it lost, one more delivery would find out.
"""

from datetime import timedelta
from typing import Any
from uuid import UUID

from tenants.context import current_schema
from tenants.valkey import ValkeyGoneError, key, valkey

FIRST_SECONDS = 5
LONGEST_SECONDS = 300
# However long an endpoint asks for.
_LONGEST_ASKED_SECONDS = 3600
# For so long after a failure the next one makes the rest longer.
_MEMORY_SECONDS = 2 * LONGEST_SECONDS
# One that takes longer to answer rests for four times as long: at most a fifth of a worker's time is its own.
_SLOW_SECONDS = 1.0
_REST_FACTOR = 4


def rest_endpoint(endpoint_id: UUID, *, asked: timedelta | None = None) -> None:
    """Leaves an endpoint in trouble alone: as long as it asked for, else 5 s, doubling up to 5 min."""

    def leave_alone(client: Any) -> None:
        failures = client.incr(_failures(endpoint_id))
        client.expire(_failures(endpoint_id), _MEMORY_SECONDS)
        seconds = min(FIRST_SECONDS * 2 ** min(failures - 1, 10), LONGEST_SECONDS)
        _rest(client, endpoint_id, min(asked.total_seconds(), _LONGEST_ASKED_SECONDS) if asked else seconds)

    _ask(leave_alone)


def rest_if_slow(endpoint_id: UUID, *, milliseconds: int) -> bool:
    """Whether an endpoint that works is so slow that it is left alone for a while."""
    seconds = milliseconds / 1000
    if seconds < _SLOW_SECONDS:
        return False
    _ask(lambda client: _rest(client, endpoint_id, seconds * _REST_FACTOR))
    return True


def wake_endpoint(endpoint_id: UUID) -> None:
    """It works, or somebody says so."""
    _ask(lambda client: client.delete(_failures(endpoint_id)))
    _ask(lambda client: client.zrem(_resting(), str(endpoint_id)))


def resting_endpoints() -> dict[UUID, float]:
    """The current tenant's endpoints that are left alone, and for how many more seconds."""

    def ask(client: Any) -> dict[UUID, float]:
        now = _now(client)
        found = client.zrangebyscore(_resting(), now, "+inf", withscores=True)
        return {UUID(member.decode()): until - now for member, until in found}

    return _ask(ask) or {}


def _rest(client: Any, endpoint_id: UUID, seconds: float) -> None:
    client.zadd(_resting(), {str(endpoint_id): _now(client) + seconds})
    client.expire(_resting(), 2 * _LONGEST_ASKED_SECONDS)


def _now(client: Any) -> float:
    """By Valkey's clock, which all workers share."""
    seconds, microseconds = client.time()
    now: float = seconds + microseconds / 1e6
    return now


def _ask(question: Any) -> Any:
    try:
        return valkey().ask(question)
    except ValkeyGoneError:
        return None


def _resting() -> str:
    return key("webhooks", "resting", current_schema())


def _failures(endpoint_id: UUID) -> str:
    return key("webhooks", "failures", current_schema(), str(endpoint_id))
