"""The channels that there are. Each is a folder beside this file."""

from collections.abc import Callable
from typing import Final

from notifications.channels import email
from notifications.channels.outgoing import Session
from notifications.rules import Channel

SESSIONS: Final[dict[str, Callable[[], Session]]] = {
    Channel.EMAIL: email.EmailSession,
}
