"""Making a calendar feed."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from notifications.models import CalendarFeed
from notifications.rules.feeds import FeedKind, FeedLevel
from scheduling.public import Client, Room, StaffMember
from tenants.errors import DomainError, Kind

# Secrets look like cal_7f3k9q2m and 32 more characters: what looks for leaked secrets, and our logs, know the form.
MARK: Final = "cal_"
_ALPHABET: Final = "0123456789abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ"
_SHOWN, _LENGTH = 8, 40
# Of one owner in one brand. A person has few devices; who makes more has lost count of who reads along.
MOST_FEEDS: Final = 20


class FeedOwnerNotFoundError(DomainError):
    code = "calendar_owner_not_found"
    kind = Kind.NOT_FOUND
    message = "This brand has no such {kind}, or none in use."


class TooManyFeedsError(DomainError):
    code = "too_many_calendar_feeds"
    kind = Kind.CONFLICT
    message = "There are {most} feeds of this calendar. Revoke one that nobody uses any more."


@dataclass(frozen=True, slots=True)
class IssuedFeed:
    feed: CalendarFeed
    # The only time that anybody sees it.
    secret: str


@dataclass(frozen=True, slots=True)
class NewSecret:
    """A secret, and what is stored of it."""

    secret: str
    prefix: str
    digest: str


@transaction.atomic
def create_calendar_feed(
    *,
    kind: FeedKind,
    owner_id: UUID,
    brand_id: UUID,
    level: FeedLevel,
    name: str = "",
    created_by_id: UUID | None,
    now: datetime,
) -> IssuedFeed:
    """Stores the checksum of a new secret and answers the feed with the secret, which is shown this once.

    `owner_id` is a person's, or a room's. Raises FeedOwnerNotFoundError, TooManyFeedsError.
    """
    owner = _owner(kind, owner_id, brand_id)
    field = {FeedKind.STAFF: "staff_member", FeedKind.ROOM: "room", FeedKind.CLIENT: "client"}[kind]
    if CalendarFeed.objects.live().filter(brand=brand_id, **{field: owner}).count() >= MOST_FEEDS:
        raise TooManyFeedsError(most=MOST_FEEDS)
    new = new_secret()
    feed = CalendarFeed.objects.create(
        name=name,
        brand_id=brand_id,
        level=level,
        prefix=new.prefix,
        digest=new.digest,
        created_by_id=created_by_id,
        created_at=now,
        **{field: owner},
    )
    return IssuedFeed(feed=feed, secret=new.secret)


def new_secret() -> NewSecret:
    secret = MARK + "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))
    return NewSecret(secret=secret, prefix=secret[: len(MARK) + _SHOWN], digest=digest_of(secret))


def digest_of(secret: str) -> str:
    """What is stored of a secret, and what its feed is found by."""
    return hashlib.sha256(secret.encode(errors="surrogatepass")).hexdigest()


def _owner(kind: FeedKind, owner_id: UUID, brand_id: UUID) -> StaffMember | Room | Client:
    """Locked: of two who make the last feed that may be, one does."""
    found: StaffMember | Room | Client | None
    if kind is FeedKind.STAFF:
        staff = StaffMember.objects.active().filter(person_id=owner_id, brands=brand_id)
        found = staff.select_for_update(of=("self",), no_key=True).first()
    elif kind is FeedKind.ROOM:
        rooms = Room.objects.filter(pk=owner_id, resource__is_active=True)
        found = rooms.select_for_update(of=("self",), no_key=True).first()
    else:
        clients = Client.objects.filter(person_id=owner_id, brands=brand_id)
        found = clients.select_for_update(of=("self",), no_key=True).first()
    if found is None:
        raise FeedOwnerNotFoundError(kind={FeedKind.STAFF: "staff member"}.get(kind, kind.value))
    return found
