"""Rows that wait for a worker: claimed by a lease, so that of two workers one gets each, and what a killed worker
left behind is taken over when its lease ends. All by the database's clock, the one that workers share.
"""

from datetime import datetime, timedelta
from typing import Any

from django.db import connection, models, transaction
from django.db.models import F


def database_now() -> datetime:
    """The database's clock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return cursor.fetchone()[0]  # type: ignore[no-any-return]


@transaction.atomic
def claim(due: models.QuerySet[Any], *, limit: int, lease: timedelta, now: datetime) -> list[Any]:
    """Leases up to `limit` of the due rows to the caller and answers their keys, the longest due first.

    The model has `state`, `due_at`, `lease_until` and `attempts`. What another worker is just claiming is passed over.
    """
    with connection.cursor() as cursor:
        # What is due is read in its order from an index, and no more of it than is claimed. Statistics of a quiet hour
        # say that almost nothing is due: by these Postgres would rather read and sort all of it.
        cursor.execute("SET LOCAL enable_sort = off")
    keys = list(
        due.order_by("due_at").select_for_update(skip_locked=True, of=("self",)).values_list("pk", flat=True)[:limit]
    )
    due.model._base_manager.filter(pk__in=keys).update(  # noqa: SLF001 - every row, whatever managers hide
        state="sending", lease_until=now + lease, attempts=F("attempts") + 1
    )
    return keys


def give_back(model: type[models.Model], keys: list[Any]) -> None:
    """Ends the leases of what was claimed and not tried: another worker need not wait for their end."""
    model._base_manager.filter(pk__in=keys, state="sending").update(  # noqa: SLF001
        state="planned", lease_until=None, attempts=F("attempts") - 1
    )
