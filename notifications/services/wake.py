"""Waking a worker for a tenant: one at a time, so that no tenant takes the workers from the others."""

from functools import lru_cache

import redis
from django.conf import settings

from tenants.context import current_schema

# Longer than the slowest mail takes (EMAIL_TIMEOUT). A worker that is killed holds its tenant up no longer than
# this; one that waits or works longer may get company, which does no harm.
AWAKE_SECONDS = 15


@lru_cache(maxsize=1)
def _valkey() -> redis.Redis:
    return redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=0.4, socket_timeout=0.4)


def claim_turn() -> bool:
    """Whether the caller may wake a worker for the current tenant: nobody has, or that one is done.

    Valkey's memory is all that this needs: were it lost, a tenant would have two workers for a while, who
    share its messages without sending any twice. Raises redis.RedisError.
    """
    return bool(_valkey().set(_key(), "1", nx=True, ex=AWAKE_SECONDS))


def keep_turn() -> None:
    """Says that the worker is still at the current tenant."""
    try:
        _valkey().expire(_key(), AWAKE_SECONDS)
    except redis.RedisError:
        return  # then another may come to help


def end_turn() -> None:
    """Says that the worker is done with the current tenant; the next sweep may wake another."""
    try:
        _valkey().delete(_key())
    except redis.RedisError:
        return  # it ends by itself


def _key() -> str:
    return f"slotkeeper:awake:{current_schema()}"
