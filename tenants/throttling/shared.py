"""Limits in Valkey, shared by all processes: one script, one round trip."""

import logging
import time
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from tenants.throttling.rules import Bucket, State

logger = logging.getLogger(__name__)

SCRIPT = Path(__file__).with_name("take.lua").read_text()
# A Valkey that hangs costs a process this much, once in `PAUSE_SECONDS`.
TIMEOUT_SECONDS = 0.1
PAUSE_SECONDS = 2.0


class LimiterUnavailableError(Exception):
    """Valkey did not answer, or did not a moment ago."""


class SharedLimiter:
    """Atomic over all processes. After a failure it isn't asked again for `PAUSE_SECONDS`."""

    def __init__(self, url: str) -> None:
        # Once more where a kept connection has ended, which a restart or an idle timeout does; never after a timeout.
        retry = Retry(NoBackoff(), 1, supported_errors=(redis.ConnectionError,))
        self.client = redis.Redis.from_url(
            url, socket_connect_timeout=TIMEOUT_SECONDS, socket_timeout=TIMEOUT_SECONDS, retry=retry
        )
        self._take = self.client.register_script(SCRIPT)
        self._closed_until = 0.0

    def take(self, buckets: Sequence[Bucket], *, cost: int = 1) -> list[State]:
        """Takes `cost` from all buckets, or nothing if one has too little. Raises LimiterUnavailableError."""
        self._check()
        arguments = [cost]
        for bucket in buckets:
            arguments += [bucket.limit.interval, bucket.limit.count]
        try:
            told = self._take(keys=[bucket.key for bucket in buckets], args=arguments)
        except (redis.RedisError, OSError) as error:
            raise self._failed(error) from error
        return [
            State(limit=bucket.limit.count, remaining=told[i * 3], wait=told[i * 3 + 1], reset=told[i * 3 + 2])
            for i, bucket in enumerate(buckets)
        ]

    def remember(self, key: str, *, seconds: int) -> None:
        """Notes that `key` is so. Raises LimiterUnavailableError."""
        self._check()
        try:
            self.client.set(key, "1", ex=seconds)
        except (redis.RedisError, OSError) as error:
            raise self._failed(error) from error

    def remembers(self, key: str) -> bool:
        """Whether `key` was noted. Raises LimiterUnavailableError."""
        self._check()
        try:
            return bool(self.client.exists(key))
        except (redis.RedisError, OSError) as error:
            raise self._failed(error) from error

    def _check(self) -> None:
        if time.monotonic() < self._closed_until:
            raise LimiterUnavailableError

    def _failed(self, error: Exception) -> LimiterUnavailableError:
        self._closed_until = time.monotonic() + PAUSE_SECONDS
        logger.warning("Rate limits are each process' own for now: Valkey: %s", type(error).__name__)
        return LimiterUnavailableError()


@lru_cache(maxsize=8)
def shared(url: str) -> SharedLimiter:
    """The limiter at a Valkey, with its kept connection: one in each process."""
    return SharedLimiter(url)
