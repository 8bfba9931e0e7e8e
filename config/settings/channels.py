"""How messages may leave for servers that tenants name."""

from config.settings.environment import env

__all__ = ["ALLOW_PRIVATE_TARGETS"]

# Whether they may be servers of this machine or of its private networks. Only where tenants are trusted with those.
ALLOW_PRIVATE_TARGETS = env.bool("ALLOW_PRIVATE_TARGETS", False)
