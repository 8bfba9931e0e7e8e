from notifications.channels.text_session import TargetSession
from notifications.rules import Channel


class ChatSession(TargetSession):
    channel = Channel.CHAT
