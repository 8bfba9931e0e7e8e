from datetime import datetime

from django.db import transaction

from notifications.models import CalendarFeed
from tenants.errors import check_version
from tenants.locking import locked


@transaction.atomic
def revoke_calendar_feed(*, feed: CalendarFeed, now: datetime, expected: frozenset[int] | None = None) -> None:
    """Ends a feed for good. Revoking it again keeps the first moment.

    `expected` are the versions of which the caller revokes one, None for any. Raises GoneError,
    StaleVersionError.
    """
    feed = locked(CalendarFeed.objects, feed.pk)
    check_version(feed.version, expected=expected)
    if feed.revoked_at is None:
        feed.revoked_at = now
        feed.version += 1
        feed.save(update_fields=["revoked_at", "version"])
