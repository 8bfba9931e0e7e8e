from notifications.rules.events import Audience, Channel, Event, Stage
from notifications.rules.messages import UNSENT, MessageState, Why

__all__ = ["UNSENT", "Audience", "Channel", "Event", "MessageState", "Stage", "Why"]
