"""All bookings of a person as one calendar file: what they are given when they ask what is known of them."""

from datetime import UTC, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from notifications import subjects
from notifications.calendars.document import Entry, feed
from notifications.rules.feeds import MOST_ENTRIES
from notifications.subjects import SubjectFacts
from scheduling.public import Period, Person, StaffMember, held_near

_EVER = Period(datetime(1970, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC))


def calendar_of_person(person: Person, *, now: datetime) -> bytes:
    """What they have booked, called off or not, and what takes their time as staff: of more than 1,000 entries those
    next to `now`, what comes before what was."""
    ids = {kind: list(subjects.source(kind).of_client(person.pk, _EVER.start, _EVER.end)) for kind in subjects.kinds()}
    readers = subjects.readers()
    for kind, subject_id in _as_staff(person, now):
        if kind in readers:
            ids.setdefault(kind, []).append(subject_id)
    facts = [fact for kind, wanted in ids.items() if wanted for fact in readers[kind](wanted).values()]
    facts.sort(key=lambda fact: (fact.ends_at <= now, abs(fact.starts_at - now), fact.id))
    entries = sorted(map(_entry, facts[:MOST_ENTRIES]), key=lambda entry: (entry.starts_at, entry.uid))
    return feed(entries, title=person.name, zone=ZoneInfo(person.timezone))


def _as_staff(person: Person, now: datetime) -> list[tuple[str, UUID]]:
    staff = StaffMember.objects.filter(person=person).first()
    if staff is None:
        return []
    holds = held_near(resource_id=staff.resource_id, period=_EVER, now=now, limit=MOST_ENTRIES)
    return [(hold.subject.kind, hold.subject.id) for hold in holds]


def _entry(facts: SubjectFacts) -> Entry:
    return Entry(
        uid=str(facts.id),
        sequence=facts.schedule_version,
        changed_at=facts.changed_at,
        starts_at=facts.starts_at,
        ends_at=facts.ends_at,
        summary=facts.title,
        description=facts.notes,
        location=facts.location,
        is_cancelled=facts.is_cancelled,
        is_tentative=facts.is_pending,
    )
