"""The channels that there are. Each is a folder beside this file."""

from collections.abc import Callable
from typing import Any, Final

from notifications.channels.chat.session import ChatSession
from notifications.channels.email.transport import EmailSession
from notifications.channels.email.transport import trial as email_trial
from notifications.channels.outgoing import Session
from notifications.channels.push.session import PushSession
from notifications.channels.sms.session import SmsSession
from notifications.rules import Channel

SESSIONS: Final[dict[str, Callable[[], Session]]] = {
    Channel.EMAIL: EmailSession,
    Channel.SMS: SmsSession,
    Channel.PUSH: PushSession,
    Channel.CHAT: ChatSession,
}

# What is handed to an account's connection as a test message.
TRIALS: Final[dict[str, Callable[..., Any]]] = {
    Channel.EMAIL: email_trial,
    Channel.SMS: SmsSession.trial,
    Channel.PUSH: PushSession.trial,
    Channel.CHAT: ChatSession.trial,
}
