"""Giving a calendar feed another address."""

from datetime import datetime

from django.db import transaction

from notifications.models import CalendarFeed
from notifications.services.create_calendar_feed import IssuedFeed, new_secret
from tenants.errors import DomainError, Kind, check_version
from tenants.locking import locked


class FeedRevokedError(DomainError):
    code = "calendar_feed_revoked"
    kind = Kind.STATE
    message = "This calendar feed was revoked for good. Make another one."


@transaction.atomic
def rotate_calendar_feed(*, feed: CalendarFeed, now: datetime, expected: frozenset[int] | None = None) -> IssuedFeed:
    """Ends the old address at once and answers the new secret, which is shown this once.

    `expected` are the versions of which the caller rotates one, None for any. Raises GoneError,
    StaleVersionError, FeedRevokedError.
    """
    feed = locked(CalendarFeed.objects.with_owner(), feed.pk)
    check_version(feed.version, expected=expected)
    if feed.revoked_at is not None:
        raise FeedRevokedError
    new = new_secret()
    feed.prefix, feed.digest, feed.rotated_at = new.prefix, new.digest, now
    feed.last_used_at = None  # that was the old address
    feed.version += 1
    feed.save(update_fields=["prefix", "digest", "rotated_at", "last_used_at", "version"])
    return IssuedFeed(feed=feed, secret=new.secret)
