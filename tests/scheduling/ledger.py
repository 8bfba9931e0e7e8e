"""Words of the ledger's tests: hours of one day, resources and what is stored of them."""

import itertools
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from scheduling.models import Reservation, Resource
from scheduling.rules.intervals import Period
from scheduling.rules.ledger import Subject
from tenants.ids import new_id

_DAY = datetime(2030, 1, 7, tzinfo=UTC)
_seconds = itertools.count()


def hours(starts: float, ends: float) -> Period:
    """The time between two hours of the day, such as 9.5 for half past nine."""
    return Period(_DAY + timedelta(hours=starts), _DAY + timedelta(hours=ends))


def later() -> datetime:
    """A moment after all that were given before."""
    return datetime(2030, 1, 1, tzinfo=UTC) + timedelta(seconds=next(_seconds))


def some(kind: str = "test") -> Subject:
    return Subject(kind, new_id())


def make_resource(name: str = "Room 1") -> int:
    return Resource.objects.create(kind=Resource.Kind.ROOM, name=name).pk


@dataclass(frozen=True, slots=True, order=True)
class Row:
    """An active reservation."""

    resource_id: int
    starts: float
    ends: float
    exclusive: bool
    subject: Subject

    def covers(self, moment: float) -> bool:
        return self.starts <= moment < self.ends


def active(*resource_ids: int) -> list[Row]:
    """The active reservations of the resources, by start, the exclusive ones first."""
    return [
        Row(
            resource_id=reservation.resource_id,
            starts=(reservation.during.lower - _DAY) / timedelta(hours=1),
            ends=(reservation.during.upper - _DAY) / timedelta(hours=1),
            exclusive=reservation.exclusive,
            subject=Subject(reservation.subject_kind, reservation.subject_id),
        )
        for reservation in Reservation.objects.filter(resource_id__in=resource_ids, active=True).order_by(
            "resource_id", "during", "-exclusive", "id"
        )
    ]


def held(resource_id: int) -> list[tuple[float, float, Subject]]:
    """What is taken exclusively of a resource."""
    return [(row.starts, row.ends, row.subject) for row in active(resource_id) if row.exclusive]


def beside(resource_id: int) -> list[tuple[float, float, Subject]]:
    """What is overbooked of a resource."""
    return [(row.starts, row.ends, row.subject) for row in active(resource_id) if not row.exclusive]
