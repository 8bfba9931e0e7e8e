"""Writing to an address again."""

from datetime import datetime

from django.db import transaction

from notifications.models import Suppression
from tenants.errors import check_version
from tenants.locking import locked


@transaction.atomic
def end_suppression(*, suppression: Suppression, now: datetime, expected: frozenset[int] | None = None) -> Suppression:
    """The ended suppression; one that had ended stays as it is. Raises GoneError, StaleVersionError."""
    found = locked(Suppression.objects, suppression.pk)
    check_version(found.version, expected=expected)
    if found.is_active:
        found.ended_at, found.version = now, found.version + 1
        found.save(update_fields=["ended_at", "version"])
    return found
