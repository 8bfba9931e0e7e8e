"""Ids that sort by the time they were made, so that an index grows at one end."""

import uuid

from uuid_utils.compat import uuid7


def new_id() -> uuid.UUID:
    """A version 7 UUID of the standard library's type."""
    return uuid7()
