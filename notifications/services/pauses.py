"""Channels of the current tenant whose server can't be reached: left alone for a while, longer each time.

Each brand's apart: they may have accounts of their own, and one brand's wrong password is no reason for another's
messages to wait. Without the pause each of many due messages would wait for the same dead server. Kept in Valkey; were
it lost, one more message would find out.
"""

from math import ceil
from uuid import UUID

from tenants.context import current_schema
from tenants.valkey import ValkeyGoneError, key, valkey

FIRST_SECONDS = 5
LONGEST_SECONDS = 300
_IN_A_ROW = 2
# For so long after a failure the next one makes the pause longer.
_MEMORY_SECONDS = 2 * LONGEST_SECONDS


def pause(channel: str, brand_id: UUID) -> bool:
    """Leaves the brand's channel alone from now on, from the second failure in a row on: 5 s, then twice as long with
    each further failure, up to 5 min. The first may be of that one message alone, which the server can't swallow.
    Answers whether it is left alone."""
    counter = _failures(channel, brand_id)
    try:
        failures = valkey().ask(lambda client: client.incr(counter))
        valkey().ask(lambda client: client.expire(counter, _MEMORY_SECONDS))
        if failures < _IN_A_ROW:
            return False
        until = _now() + min(FIRST_SECONDS * 2 ** min(failures - _IN_A_ROW, 10), LONGEST_SECONDS)
        valkey().ask(lambda client: client.zadd(_pauses(), {f"{channel} {brand_id}": until}))
        valkey().ask(lambda client: client.expire(_pauses(), _MEMORY_SECONDS))
    except ValkeyGoneError:
        return True  # at least until the end of this batch
    return True


def resume(channel: str, brand_id: UUID) -> None:
    """The brand's channel works."""
    try:
        valkey().ask(lambda client: client.delete(_failures(channel, brand_id)))
        valkey().ask(lambda client: client.zrem(_pauses(), f"{channel} {brand_id}"))
    except ValkeyGoneError:
        return


def paused() -> dict[tuple[str, UUID], int]:
    """The channels that are left alone, and of which brand; for how many more seconds."""
    try:
        now = _now()
        found = valkey().ask(lambda client: client.zrangebyscore(_pauses(), now, "+inf", withscores=True))
    except ValkeyGoneError:
        return {}
    pairs = ((*member.decode().split(" "), until) for member, until in found)
    return {(channel, UUID(brand_id)): ceil(until - now) for channel, brand_id, until in pairs}


def _now() -> float:
    """By Valkey's clock, which all workers share."""
    seconds, microseconds = valkey().ask(lambda client: client.time())
    return float(seconds) + float(microseconds) / 1e6


def _pauses() -> str:
    return key("channel", "paused", current_schema())


def _failures(channel: str, brand_id: UUID) -> str:
    return key("channel", "failures", current_schema(), channel, str(brand_id))
