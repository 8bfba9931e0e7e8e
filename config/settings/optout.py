"""Unsubscribing by the links in mails."""

from config.settings.environment import env
from config.settings.security import SECRET_KEY

__all__ = ["UNSUBSCRIBE_KEYS"]

# The first signs, all are believed: a key is changed by putting a new one in front, and dropped two years later.
UNSUBSCRIBE_KEYS = [key for key in env.list("UNSUBSCRIBE_KEYS", default=[]) if key] or [SECRET_KEY]
