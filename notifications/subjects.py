"""What messages are about.

The apps whose bookings are told about register how to read them; notifications know none of those apps.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from uuid import UUID

from notifications.rules import Stage

# Whoever is asked for has another id.
NOBODY: Final = UUID(int=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """A booking as far as planning needs it: known in the transaction that makes or changes it.

    `client_id` and `staff_ids` are persons; `service_id` is what was booked, such as a service or an office hour.
    """

    kind: str
    id: UUID
    # Rises when time, place, staff or status change (SEQUENCE of the .ics).
    schedule_version: int
    stage: Stage
    brand_id: UUID
    service_id: UUID | None
    client_id: UUID
    staff_ids: tuple[UUID, ...]
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Former:
    """Whose a booking is no longer, for it went to somebody else, and when it would have been."""

    staff_id: UUID
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectFacts:
    """A booking as it is now: what templates, calendars and webhooks may say of it."""

    occasion: Occasion
    # The app's own word for its state, such as "no_show".
    status: str
    is_cancelled: bool
    title: str
    staff_name: str
    client_name: str
    location: str = ""
    notes: str = ""
    cancel_reason: str = ""
    # What was booked, where that has a name of its own.
    service: str = ""
    # A place among others: without it, the time of its staff stays taken.
    is_place: bool = False
    # Until when a place that became free is kept for its client.
    offered_until: datetime | None = None
    changed_at: datetime

    @property
    def id(self) -> UUID:
        return self.occasion.id

    @property
    def schedule_version(self) -> int:
        return self.occasion.schedule_version

    @property
    def starts_at(self) -> datetime:
        return self.occasion.starts_at

    @property
    def ends_at(self) -> datetime:
        return self.occasion.ends_at

    @property
    def is_pending(self) -> bool:
        return self.occasion.stage is Stage.PENDING

    @property
    def is_declined(self) -> bool:
        return self.occasion.stage is Stage.DECLINED

    def as_lost(self, *, by: Former, name: str, schedule_version: int) -> "SubjectFacts":
        """The booking as whoever had it until that version knows it: theirs, then, and cancelled."""
        occasion = replace(
            self.occasion,
            schedule_version=schedule_version,
            stage=Stage.OFF,
            staff_ids=(by.staff_id,),
            starts_at=by.starts_at,
            ends_at=by.ends_at,
        )
        return replace(
            self, occasion=occasion, status="cancelled", is_cancelled=True, staff_name=name, cancel_reason="",
            location="",
        )  # fmt: skip


Load = Callable[[Sequence[UUID]], Mapping[UUID, SubjectFacts]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """How the bookings of one kind are read.

    `load` reads those of the given ids as they are now; what is gone is missing from its answer.
    `lock_upcoming(after, limit, since)` answers up to `limit` bookings that end after `since` and that stand or are
    over, in the order of their ids and after the id `after`, locked against change until the transaction ends.
    `lock` the one with this id, the same way; None when it is gone.
    `of_client(person_id, since, until)` answers the ids of a person's bookings as a client that overlap a period,
    called off or not. `services(brand_ids)` answers what can be booked in some brands, None for all, with its name.
    """

    load: Load
    lock_upcoming: Callable[[UUID | None, int, datetime], Sequence[Occasion]]
    lock: Callable[[UUID], Occasion | None]
    services: Callable[[set[UUID] | None], Sequence[tuple[UUID, str]]]
    of_client: Callable[[UUID, datetime, datetime], Sequence[UUID]]


_sources: dict[str, Source] = {}
_shown: dict[str, Load] = {}


def register_subject(kind: str, source: Source) -> None:
    """Says how to read the bookings of a kind."""
    _sources[kind] = source


def register_shown(kind: str, load: Load) -> None:
    """Says how to read what takes the time of staff and is no booking of one client, such as an event for many.
    Calendars show it; no rule is about it, and nobody is told of it. Its client is NOBODY."""
    _shown[kind] = load


def readers() -> dict[str, Load]:
    """How to read all that calendars show, by its kind."""
    return {**_shown, **{kind: source.load for kind, source in _sources.items()}}


def kinds() -> list[str]:
    """The kinds of bookings that there are."""
    return sorted(_sources)


def source(kind: str) -> Source:
    """KeyError for a kind that nobody registered."""
    return _sources[kind]


def load(*, kind: str, subject_id: UUID) -> SubjectFacts | None:
    """The booking as it is now; None for what is gone. KeyError for a kind that nobody registered."""
    return _sources[kind].load([subject_id]).get(subject_id)
