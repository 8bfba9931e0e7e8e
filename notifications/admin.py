"""What staff sees of notifications, each in a file of its own."""

from notifications import (
    admin_accounts,
    admin_feeds,
    admin_messages,
    admin_rules,
    admin_suppressions,
    admin_templates,
    admin_webhooks,
)

__all__ = [
    "admin_accounts",
    "admin_feeds",
    "admin_messages",
    "admin_rules",
    "admin_suppressions",
    "admin_templates",
    "admin_webhooks",
]
