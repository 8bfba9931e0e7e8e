"""What staff sees of notifications: the message log and the rules, each in a file of its own."""

from notifications.admin_messages import MessageAdmin
from notifications.admin_rules import RuleAdmin
from notifications.admin_suppressions import SuppressionAdmin

__all__ = ["MessageAdmin", "RuleAdmin", "SuppressionAdmin"]
