from notifications.models.accounts import ChannelAccount
from notifications.models.feeds import CalendarFeed
from notifications.models.messages import Message
from notifications.models.rules import Rule
from notifications.models.suppressions import Suppression
from notifications.models.templates import Template
from notifications.models.webhooks import WebhookAttempt, WebhookDelivery, WebhookEndpoint

__all__ = [
    "CalendarFeed",
    "ChannelAccount",
    "Message",
    "Rule",
    "Suppression",
    "Template",
    "WebhookAttempt",
    "WebhookDelivery",
    "WebhookEndpoint",
]
