"""Channels of the current tenant whose server can't be reached: left alone for a while, longer each time.

Without this each of many due messages would wait for the same dead server. Kept in Valkey; were it lost, one more
message would find out.
"""

from tenants.context import current_schema
from tenants.valkey import ValkeyGoneError, key, valkey

FIRST_SECONDS = 5
LONGEST_SECONDS = 300
# For so long after a failure the next one makes the pause longer.
_MEMORY_SECONDS = 2 * LONGEST_SECONDS


def pause(channel: str) -> None:
    """Leaves the channel alone from now on: 5 s, then twice as long with each further failure, up to 5 min."""
    try:
        failures = valkey().ask(lambda client: client.incr(_key("failures", channel)))
        seconds = min(FIRST_SECONDS * 2 ** min(failures - 1, 10), LONGEST_SECONDS)
        valkey().ask(lambda client: client.expire(_key("failures", channel), _MEMORY_SECONDS))
        valkey().ask(lambda client: client.set(_key("paused", channel), "1", ex=seconds))
    except ValkeyGoneError:
        return


def resume(channel: str) -> None:
    """The channel works."""
    try:
        valkey().ask(lambda client: client.delete(_key("failures", channel), _key("paused", channel)))
    except ValkeyGoneError:
        return


def paused(channels: list[str]) -> dict[str, int]:
    """Those that are left alone, and for how many more seconds."""
    try:
        left = valkey().ask(lambda client: [client.ttl(_key("paused", channel)) for channel in channels])
    except ValkeyGoneError:
        return {}
    return {channel: seconds for channel, seconds in zip(channels, left, strict=True) if seconds > 0}


def _key(what: str, channel: str) -> str:
    return key("channel", what, current_schema(), channel)
