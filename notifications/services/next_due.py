"""When tenants have something to send next."""

from datetime import datetime
from typing import Final

from django.db import connection

from notifications.services import pauses
from tenants.due import earliest

# What MessageQuerySet.due says, for the indexes `message_open_due` and `message_leased`, and rules to plan anew.
_WORK: Final = """
    least(
        (SELECT min(due_at) FROM {schema}.notifications_message WHERE state IN ('planned', 'failed') {but}),
        (SELECT min(lease_until) FROM {schema}.notifications_message WHERE state = 'sending'),
        (SELECT now() FROM {schema}.notifications_rule WHERE planned_version < version LIMIT 1)
    )
"""


def next_due_of_all() -> dict[str, datetime]:
    """The active tenants with something to do, now or later, and when. A few statements for all of them."""
    return earliest(_WORK.replace("{but}", ""))


def next_due_here() -> datetime | None:
    """When the current tenant has something to do, without what waits for a paused channel."""
    left_alone = pauses.paused()
    but = "AND (channel, brand_id) NOT IN (SELECT * FROM unnest(%s::text[], %s::uuid[]))" if left_alone else ""
    statement = _WORK.replace("{but}", but).replace("{schema}.", "")
    channels, brands = [channel for channel, _ in left_alone], [brand_id for _, brand_id in left_alone]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {statement}", [channels, brands] if left_alone else [])
        due: datetime | None = cursor.fetchone()[0]
    return due
