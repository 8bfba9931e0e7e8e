"""The arithmetic of a limit: GCRA, a bucket that fills evenly, kept as one instant (ADR 9).

A bucket's state is its `full_at`: when it will be full again, in microseconds since 1970. Absent or past
means full. `take.lua` does the same inside Valkey; tests hold both against a plain model.
"""

import math
import re
from dataclasses import dataclass

MICROSECONDS = 1_000_000
_SECONDS = {"s": 1, "m": 60, "h": 3600}
_TEXT = re.compile(r"([1-9]\d{0,8})/([1-9]\d{0,4})?([smh])", re.ASCII)


@dataclass(frozen=True, slots=True)
class Limit:
    """`count` requests at once, and as many again over `seconds`, evenly."""

    count: int
    seconds: int

    @property
    def interval(self) -> int:
        """Microseconds until one more request may be made."""
        return max(1, self.seconds * MICROSECONDS // self.count)


@dataclass(frozen=True, slots=True)
class Bucket:
    """A limit and whose it is. The key carries the tenant's schema."""

    key: str
    limit: Limit


@dataclass(frozen=True, slots=True)
class State:
    """What a bucket says after it was asked."""

    limit: int
    remaining: int
    # Microseconds until what was asked for is there (0: it was), and until the bucket is full.
    wait: int
    reset: int

    @property
    def retry_after(self) -> int:
        """Whole seconds, at least one: what `Retry-After` can say."""
        return max(1, math.ceil(self.wait / MICROSECONDS))

    @property
    def reset_after(self) -> int:
        """Whole seconds until the whole allowance is there."""
        return math.ceil(self.reset / MICROSECONDS)


def parse_limit(text: str) -> Limit:
    """`60/3s`, `100/m`, `10/15m`: so many in so long. Raises ValueError."""
    found = _TEXT.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"{text!r} is no limit; write for example 60/3s, 100/m or 10/15m.")
    return Limit(count=int(found[1]), seconds=int(found[2] or 1) * _SECONDS[found[3]])


def ask(full_at: int | None, *, limit: Limit, now: int, cost: int) -> tuple[int, State]:
    """The bucket's next `full_at` and what it says, were `cost` taken at `now` (microseconds).

    A negative cost gives back. When `wait` isn't 0 nothing may be taken, and the old state stays.
    """
    room = limit.interval * limit.count
    # A clock that went back must not lock anybody out for longer than a bucket takes to fill.
    before = min(max(full_at or 0, now), now + room)
    after = max(before + cost * limit.interval, now)
    wait = max(0, after - now - room) if cost > 0 else 0
    kept = before if wait else after
    return kept, State(limit=limit.count, remaining=(now + room - kept) // limit.interval, wait=wait, reset=kept - now)


def tightest(states: list[State]) -> State:
    """Of several buckets asked at once the one that a client should go by."""
    return max(states, key=lambda state: (state.wait, -state.remaining, state.reset))
