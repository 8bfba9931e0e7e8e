"""The door to the limits: in Valkey, and where that is gone in this process, or not at all."""

from collections.abc import Sequence

from django.conf import settings

from tenants.throttling.local import LocalLimiter
from tenants.throttling.rules import Bucket, Limit, State
from tenants.throttling.shared import LimiterUnavailableError, SharedLimiter, shared

PREFIX = "slotkeeper:limit"
local = LocalLimiter()


def bucket(schema: str, who: str, limit: Limit) -> Bucket:
    """The bucket of somebody in a tenant. All of a tenant's lie on one node of a cluster: `{}`."""
    return Bucket(f"{PREFIX}:{{{schema}}}:{who}", limit)


def take(buckets: Sequence[Bucket], *, cost: int = 1) -> list[State]:
    """Takes from all or from none. Goes on without Valkey: then each process has limits of its own."""
    try:
        return limiter().take(buckets, cost=cost)
    except LimiterUnavailableError:
        return local.take(buckets, cost=cost)


def take_strictly(buckets: Sequence[Bucket], *, cost: int = 1) -> list[State]:
    """As `take`, for what must not go on uncounted. Raises LimiterUnavailableError."""
    return limiter().take(buckets, cost=cost)


def limiter() -> SharedLimiter:
    return shared(settings.REDIS_URL)


__all__ = ["LimiterUnavailableError", "bucket", "limiter", "local", "take", "take_strictly"]
