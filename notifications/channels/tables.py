"""All providers, by channel and key."""

from collections.abc import Mapping
from typing import Any, Final

from notifications.channels.chat.providers import PROVIDERS as CHAT
from notifications.channels.email.providers import PROVIDERS as EMAIL
from notifications.channels.providers import Provider
from notifications.channels.push.providers import PROVIDERS as PUSH
from notifications.channels.sms.providers import PROVIDERS as SMS
from notifications.rules import Channel

PROVIDERS: Final[Mapping[str, Mapping[str, Provider[Any]]]] = {
    Channel.EMAIL: EMAIL,
    Channel.SMS: SMS,
    Channel.PUSH: PUSH,
    Channel.CHAT: CHAT,
}
