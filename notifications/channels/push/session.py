from notifications.channels.text_session import TargetSession
from notifications.rules import Channel


class PushSession(TargetSession):
    channel = Channel.PUSH
