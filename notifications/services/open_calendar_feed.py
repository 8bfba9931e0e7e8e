"""Which feed an address opens."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from notifications.models import CalendarFeed
from notifications.services.create_calendar_feed import digest_of

_NOTED_EVERY: Final = timedelta(hours=1)


def open_calendar_feed(secret: str, *, brand_id: UUID | None, now: datetime) -> CalendarFeed | None:
    """The feed of the current tenant that this secret opens, with its owner; None for a wrong or old one. Notes once an
    hour that it was used.

    `brand_id` is the brand that the host stands for, if any: at another brand's host a feed doesn't open. Whatever is
    wrong costs the same: one look by the checksum.
    """
    feeds = CalendarFeed.objects.open().with_owner().filter(digest=digest_of(secret))
    feed = (feeds if brand_id is None else feeds.filter(brand=brand_id)).first()
    if feed is not None and (feed.last_used_at is None or now - feed.last_used_at >= _NOTED_EVERY):
        _note_use(feed, now=now)
    return feed


@transaction.atomic
def _note_use(feed: CalendarFeed, *, now: datetime) -> None:
    """Whoever finds the row locked lets the other note it: nobody waits to say that a feed is in use."""
    unlocked = (
        CalendarFeed.objects.filter(
            Q(last_used_at=None) | Q(last_used_at__lte=now - _NOTED_EVERY), pk=feed.pk, digest=feed.digest
        )
        .select_for_update(skip_locked=True, no_key=True, of=("self",))
        .values("pk")
    )
    CalendarFeed.objects.filter(pk__in=unlocked).update(last_used_at=now)
