from notifications.models.messages import Message
from notifications.models.rules import Rule

__all__ = ["Message", "Rule"]
