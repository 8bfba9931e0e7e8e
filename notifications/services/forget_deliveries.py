"""Forgetting webhook deliveries that ended long ago, with their attempts, in the current tenant."""

from datetime import datetime
from typing import Final

from notifications.models import WebhookDelivery

BATCH: Final = 1000


def forget_deliveries(*, now: datetime) -> int:
    """Answers how many. Batch by batch, each in a transaction of its own: nothing is locked for long, and what is done
    stays done. What is not delivered yet is never forgotten."""
    forgotten = 0
    old = WebhookDelivery.objects.forgettable(now)
    while batch := list(old.order_by("ended_at").values_list("pk", flat=True)[:BATCH]):
        # Looked at again: one that was replayed a moment ago stays.
        _, by_table = old.filter(pk__in=batch).delete()
        forgotten += by_table.get(WebhookDelivery._meta.label, 0)  # noqa: SLF001 - Django has no public way
    return forgotten
