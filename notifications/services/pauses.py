"""Channels of the current tenant whose server can't be reached.

Each brand's apart: they may have accounts of their own, and one brand's wrong password is no reason for another's
messages to wait. Without the pause each of many due messages would wait for the same dead server.
"""

from math import ceil
from uuid import UUID

from notifications.services.rests import Rests

# The first failure may be of that one message alone, which the server can't swallow.
_CHANNELS = Rests("channels", in_a_row=2)


def pause(channel: str, brand_id: UUID) -> bool:
    """Counts a failure of the brand's channel; whether it is left alone now, be it to the end of this batch."""
    return _CHANNELS.fail(f"{channel} {brand_id}")


def resume(channel: str, brand_id: UUID) -> None:
    """The brand's channel works."""
    _CHANNELS.works(f"{channel} {brand_id}")


def paused() -> dict[tuple[str, UUID], int]:
    """The channels that are left alone, and of which brand; for how many more seconds."""
    pairs = {tuple(name.split(" ")): seconds for name, seconds in _CHANNELS.resting().items()}
    return {(channel, UUID(brand_id)): ceil(seconds) for (channel, brand_id), seconds in pairs.items()}
