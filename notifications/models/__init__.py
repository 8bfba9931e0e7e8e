from notifications.models.accounts import ChannelAccount
from notifications.models.feeds import CalendarFeed
from notifications.models.messages import Message
from notifications.models.rules import Rule
from notifications.models.suppressions import Suppression

__all__ = ["Message", "Rule", "Suppression"]
__all__ = ["ChannelAccount", "Message", "Rule"]
from notifications.models.templates import Template

__all__ = ["Message", "Rule", "Template"]
__all__ = ["CalendarFeed", "Message", "Rule"]
from notifications.models.webhooks import WebhookAttempt, WebhookDelivery, WebhookEndpoint

__all__ = ["Message", "Rule", "WebhookAttempt", "WebhookDelivery", "WebhookEndpoint"]
