"""Waking a worker for a tenant: one at a time, so that no tenant takes the workers from the others."""

from functools import lru_cache

import redis
from django.conf import settings

from tenants.context import current_schema

# A little longer than a task that sends (send_due.BUDGET_SECONDS). A worker that is killed holds its tenant up
# no longer than this; a task that takes longer may get company, which does no harm.
AWAKE_SECONDS = 30


@lru_cache(maxsize=1)
def _valkey() -> redis.Redis:
    return redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=0.4, socket_timeout=0.4)


def claim_turn() -> bool:
    """Whether the caller may wake a worker for the current tenant: nobody has, or that one is done.

    Valkey's memory is all that this needs: were it lost, a tenant would have two workers for a while, who
    share its messages without sending any twice. Raises redis.RedisError.
    """
    return bool(_valkey().set(_key(), "1", nx=True, ex=AWAKE_SECONDS))


def end_turn() -> None:
    """Says that the worker is done with the current tenant; the next sweep may wake another."""
    try:
        _valkey().delete(_key())
    except redis.RedisError:
        return  # it ends by itself


def _key() -> str:
    return f"slotkeeper:awake:{current_schema()}"
