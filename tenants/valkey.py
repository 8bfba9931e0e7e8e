"""Valkey for what may be missing: hints, turns. Where it is gone nobody waits for it twice."""

import time
from collections.abc import Callable
from functools import lru_cache
from typing import Any, TypeVar

import redis
from django.conf import settings
from redis.backoff import NoBackoff
from redis.retry import Retry

T = TypeVar("T")

PREFIX = "slotkeeper"

# One that hangs costs a process this much, once in `PAUSE_SECONDS`.
TIMEOUT_SECONDS = 0.2
PAUSE_SECONDS = 2.0


class ValkeyGoneError(Exception):
    """It did not answer, or did not a moment ago."""


class Valkey:
    """A kept connection. After a failure it isn't asked again for `PAUSE_SECONDS`."""

    def __init__(self, url: str) -> None:
        retry = Retry(NoBackoff(), 1, supported_errors=(redis.ConnectionError,))
        self._client = redis.Redis.from_url(
            url, socket_connect_timeout=TIMEOUT_SECONDS, socket_timeout=TIMEOUT_SECONDS, retry=retry
        )
        self._closed_until = 0.0

    def ask(self, question: Callable[[Any], T]) -> T:
        """What Valkey answers. Raises ValkeyGoneError."""
        if time.monotonic() < self._closed_until:
            raise ValkeyGoneError
        try:
            return question(self._client)
        except (redis.RedisError, OSError) as error:
            self._closed_until = time.monotonic() + PAUSE_SECONDS
            raise ValkeyGoneError from error


def key(*parts: str) -> str:
    """The name of something of ours. What belongs to a tenant has its schema as a part."""
    return ":".join([PREFIX, *parts])


def valkey() -> Valkey:
    """The one at REDIS_URL, with its kept connection: one in each process."""
    return _at(settings.REDIS_URL)


@lru_cache(maxsize=8)
def _at(url: str) -> Valkey:
    return Valkey(url)
