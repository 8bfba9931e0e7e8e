"""Things of the current tenant that are left alone for a while, longer each time, since they are in trouble or slow.

Kept in Valkey; were it lost, one more message would find out.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from tenants.context import current_schema
from tenants.valkey import ValkeyGoneError, key, valkey

T = TypeVar("T")

FIRST_SECONDS = 5
LONGEST_SECONDS = 300
# For so long after a failure the next one makes the rest longer.
_MEMORY_SECONDS = 2 * LONGEST_SECONDS
# However long one is to be left alone.
_KEPT_SECONDS = 2 * 3600


class Rests:
    """The rests of one kind of things, such as channels; `in_a_row` failures begin one."""

    def __init__(self, what: str, *, in_a_row: int = 1) -> None:
        self._what = what
        self._in_a_row = in_a_row

    def fail(self, name: str) -> bool:
        """Counts a failure, and leaves the thing alone from the last of those that begin a rest: 5 s, then twice as
        long with each further one, up to 5 min. Answers whether it is left alone."""

        def count(client: Any) -> bool:
            failures = client.incr(self._failures(name))
            client.expire(self._failures(name), _MEMORY_SECONDS)
            if failures < self._in_a_row:
                return False
            seconds = min(FIRST_SECONDS * 2 ** min(failures - self._in_a_row, 10), LONGEST_SECONDS)
            self._rest(client, name, seconds)
            return True

        return _ask(count, without=True)

    def leave_alone(self, name: str, *, seconds: float) -> None:
        """Lets it rest for so long, whatever its failures."""
        _ask(lambda client: self._rest(client, name, seconds), without=None)

    def works(self, name: str) -> None:
        """Ends its rest and forgets its failures."""

        def forget(client: Any) -> None:
            client.delete(self._failures(name))
            client.zrem(self._resting(), name)

        _ask(forget, without=None)

    def resting(self) -> dict[str, float]:
        """Those that are left alone, and for how many more seconds; none where Valkey is gone."""

        def look(client: Any) -> dict[str, float]:
            now = _now(client)
            found = client.zrangebyscore(self._resting(), now, "+inf", withscores=True)
            return {name.decode(): until - now for name, until in found}

        return _ask(look, without={})

    def _rest(self, client: Any, name: str, seconds: float) -> None:
        client.zadd(self._resting(), {name: _now(client) + seconds})
        client.expire(self._resting(), _KEPT_SECONDS)

    def _resting(self) -> str:
        return key(self._what, "resting", current_schema())

    def _failures(self, name: str) -> str:
        return key(self._what, "failures", current_schema(), name)


def _ask(question: Callable[[Any], T], *, without: T) -> T:
    try:
        return valkey().ask(question)
    except ValkeyGoneError:
        return without


def _now(client: Any) -> float:
    """By Valkey's clock, which all workers share."""
    seconds, microseconds = client.time()
    return float(seconds) + float(microseconds) / 1e6
