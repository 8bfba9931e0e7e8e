"""Which tenants have something to send."""

from typing import Final

from tenants.due import CHUNK, tenants_with

# What MessageQuerySet.due says, in SQL for the index `message_open_due`.
DUE: Final = """
    state IN ('planned', 'failed', 'sending') AND due_at <= now() AND (state <> 'sending' OR lease_until < now())
"""


def find_due_tenants() -> list[str]:
    """The schemas of the active tenants with due messages, by the database's clock."""
    return tenants_with(table="notifications_message", due=DUE)


__all__ = ["CHUNK", "DUE", "find_due_tenants"]
