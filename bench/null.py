"""A transport that does nothing."""

from notifications.channels.outgoing import Outgoing
from notifications.channels.registry import SESSIONS


class NullSession:
    def send(self, outgoing: Outgoing) -> str:  # noqa: ARG002 - what it would send
        return ""

    def close(self) -> None:
        return


def install() -> None:
    """From now on nothing leaves this process, nor its children."""
    for channel in SESSIONS:
        SESSIONS[channel] = NullSession
