"""What a feed holds: the bookings of its owner, told as far as its level and its brand allow."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from notifications import subjects
from notifications.calendars.document import Entry
from notifications.models import CalendarFeed
from notifications.rules.feeds import AHEAD, BACK, BUSY, MOST_ENTRIES, FeedKind, FeedLevel
from notifications.subjects import SubjectFacts
from scheduling.public import Held, Period, Subject, held_near

# Part of every ETag: raise it when the same entries are to be written in another way.
_FORM = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """All that is in a feed now, and nothing that depends on when it is looked at."""

    title: str
    zone: str
    entries: tuple[Entry, ...]

    @property
    def etag(self) -> str:
        """Changes with whatever the file would say, and costs no writing of it."""
        return f'"{hashlib.sha256(repr((_FORM, self)).encode()).hexdigest()[:32]}"'


def contents_of(feed: CalendarFeed, *, now: datetime) -> Contents:
    """What the feed shows of the time around `now`. One statement for the taken time, one per kind of booking for the
    rest, however many there are. Needs the feed `with_owner`."""
    window = Period(now - BACK, now + AHEAD)
    entries = _of_client(feed, window, now) if feed.kind is FeedKind.CLIENT else _of_resource(feed, window, now)
    ordered = sorted(entries, key=lambda entry: (entry.starts_at, entry.uid))
    return Contents(title=_title(feed), zone=feed.zone.key, entries=tuple(ordered))


def _of_resource(feed: CalendarFeed, window: Period, now: datetime) -> Iterator[Entry]:
    """The taken time of a staff member or a room, overbooked time too."""
    if feed.resource_id is None:
        return
    holds = held_near(resource_id=feed.resource_id, period=window, now=now, limit=MOST_ENTRIES)
    known: dict[str, list[UUID]] = {kind: [] for kind in subjects.readers()}
    if feed.level != FeedLevel.BUSY:
        for hold in holds:
            if hold.subject.kind in known:
                known[hold.subject.kind].append(hold.subject.id)
    facts = _load(known)
    for hold in holds:
        found = facts.get((hold.subject.kind, hold.subject.id))
        if found is None or found.occasion.brand_id != feed.brand_id:
            yield _busy(feed, hold)
        elif not found.is_cancelled:
            yield _told(feed, found)


def _of_client(feed: CalendarFeed, window: Period, now: datetime) -> list[Entry]:
    """What a client has booked."""
    person = feed.person
    if person is None:
        return []
    ids = {kind: subjects.source(kind).of_client(person.pk, window.start, window.end) for kind in subjects.kinds()}
    booked = [facts for facts in _load(ids).values() if not facts.is_cancelled]
    booked.sort(key=lambda facts: (facts.ends_at <= now, abs(facts.starts_at - now), facts.id))
    return [
        _told(feed, facts)
        if facts.occasion.brand_id == feed.brand_id and feed.level != FeedLevel.BUSY
        else _busy(feed, _held(facts))
        for facts in booked[:MOST_ENTRIES]
    ]


def _held(facts: SubjectFacts) -> Held:
    """The time that a booking takes of its client."""
    subject = Subject(facts.occasion.kind, facts.id)
    return Held(subject, Period(facts.starts_at, facts.ends_at), facts.changed_at)


def _load(ids: Mapping[str, Sequence[UUID]]) -> dict[tuple[str, UUID], SubjectFacts]:
    readers = subjects.readers()
    return {
        (kind, subject_id): facts
        for kind, wanted in ids.items()
        if wanted
        for subject_id, facts in readers[kind](wanted).items()
    }


def _told(feed: CalendarFeed, facts: SubjectFacts) -> Entry:
    """A booking of the feed's own brand: in full, or its title alone."""
    in_full = feed.level == FeedLevel.FULL
    summary = facts.title
    if in_full and feed.kind is FeedKind.STAFF:
        summary = facts.client_name or facts.title
    elif in_full and feed.kind is FeedKind.ROOM:
        summary = ", ".join(filter(None, [facts.client_name, facts.title]))
    lines = [facts.title if summary != facts.title else "", facts.notes]
    return Entry(
        uid=str(facts.id),
        sequence=facts.schedule_version,
        changed_at=facts.changed_at,
        starts_at=facts.starts_at,
        ends_at=facts.ends_at,
        summary=summary,
        description="\n".join(filter(None, lines)) if in_full else "",
        location=facts.location if in_full else "",
        is_tentative=facts.is_pending,
    )


def _busy(feed: CalendarFeed, hold: Held) -> Entry:
    """Taken time, of which nothing more is told: its UID is the feed's own, so that it can't be put beside another."""
    return Entry(
        uid=str(uuid5(feed.pk, f"{hold.subject.kind}:{hold.subject.id}")),
        sequence=0,
        changed_at=hold.since,
        starts_at=hold.period.start,
        ends_at=hold.period.end,
        summary=BUSY,
    )


def _title(feed: CalendarFeed) -> str:
    """What calendar programs call it. Without a name of its own: the owner's, where the level allows a name."""
    if feed.name:
        return feed.name
    if feed.level == FeedLevel.FULL or (feed.level == FeedLevel.LIMITED and feed.kind is not FeedKind.CLIENT):
        return f"{feed.owner_name} ({feed.brand.name})"
    return feed.brand.name
