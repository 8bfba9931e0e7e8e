"""Limits inside one process, for when Valkey is gone. Each process counts for itself."""

import time
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import replace
from threading import Lock

from tenants.throttling.rules import Bucket, State, ask


class LocalLimiter:
    """As the shared one, for at most `size` buckets: those used least recently are forgotten."""

    def __init__(self, *, size: int = 10_000) -> None:
        self._size = size
        self._full_at: OrderedDict[str, int] = OrderedDict()
        self._lock = Lock()

    def clear(self) -> None:
        self._full_at.clear()

    def take(self, buckets: Sequence[Bucket], *, cost: int = 1) -> list[State]:
        now = time.time_ns() // 1_000
        with self._lock:
            asked = [ask(self._full_at.get(bucket.key), limit=bucket.limit, now=now, cost=cost) for bucket in buckets]
            if any(state.wait for _, state in asked):
                # Taken from all or from none.
                return [
                    replace(ask(self._full_at.get(bucket.key), limit=bucket.limit, now=now, cost=0)[1], wait=state.wait)
                    for bucket, (_, state) in zip(buckets, asked, strict=True)
                ]
            for bucket, (full_at, _) in zip(buckets, asked, strict=True):
                self._full_at[bucket.key] = full_at
                self._full_at.move_to_end(bucket.key)
            while len(self._full_at) > self._size:
                self._full_at.popitem(last=False)
            return [state for _, state in asked]
