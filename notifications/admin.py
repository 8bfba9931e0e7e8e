"""What staff sees of notifications: the message log and the rules, each in a file of its own."""

from notifications.admin_messages import MessageAdmin
from notifications.admin_rules import RuleAdmin

__all__ = ["MessageAdmin", "RuleAdmin"]
