from notifications.channels.text_session import NumberSession
from notifications.rules import Channel


class SmsSession(NumberSession):
    channel = Channel.SMS
