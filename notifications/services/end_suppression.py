"""Writing to an address again."""

from datetime import datetime

from django.db import transaction

from notifications.models import Suppression
from tenants.errors import check_version


@transaction.atomic
def end_suppression(*, suppression: Suppression, now: datetime, expected: frozenset[int] | None = None) -> Suppression:
    """The ended suppression; one that had ended stays as it is. Raises StaleVersionError."""
    locked = Suppression.objects.select_for_update().get(pk=suppression.pk)
    check_version(locked.version, expected=expected)
    if locked.is_active:
        locked.ended_at, locked.version = now, locked.version + 1
        locked.save(update_fields=["ended_at", "version"])
    return locked
