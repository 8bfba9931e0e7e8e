"""What a person took part in and what they led."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q, Value, Window
from django.db.models.fields import BooleanField
from django.db.models.functions import RowNumber

from bookings.models import Event, EventBooking

PAGE_SIZE: Final = 20
# Bookings that are shown of an event that they led.
MOST_SHOWN: Final = 100


class Grouping(StrEnum):
    PERSONAL = "Personal"
    GROUP = "Group"


class Participation(StrEnum):
    ATHLETE = "Athlete"
    COACH = "Coach"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Of what; None and nothing for all."""

    grouping: Grouping | None = None
    status: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    sport_ids: Collection[UUID] = ()
    participation: Participation | None = None


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """An event in which a person had the one booking, or which they led."""

    event: Event
    bookings: Sequence[EventBooking]
    as_coach: bool


@dataclass(frozen=True, slots=True)
class Page:
    number: int
    entries: Sequence[HistoryEntry]
    total: int


def history(person_id: UUID, *, brand_id: UUID, wanted: Wanted, page: int) -> Page:
    """A page, counted from 0, of the events of a person as athlete and as coach; the latest start first.

    Canceled ones too. An event that they led counts once, with the first MOST_SHOWN bookings of it; with a wanted
    status, where a booking in it is so, and with those that are.
    """
    entries = _keys(person_id, brand_id, wanted)
    first = page * PAGE_SIZE
    keys = list(entries.order_by("-at", "-key")[first : first + PAGE_SIZE])
    led = {key for _at, key, as_coach in keys if as_coach}
    booked = {key for _at, key, as_coach in keys if not as_coach}
    bookings = {booking.pk: booking for booking in EventBooking.objects.with_event().filter(pk__in=booked)}
    events = {event.pk: event for event in Event.objects.with_slot().filter(pk__in=led)}
    of_events: dict[UUID, list[EventBooking]] = {key: [] for key in led}
    for booking in _in_events(led, wanted) if led else ():
        of_events[booking.event_id].append(booking)
    return Page(
        page,
        [
            HistoryEntry(events[key], of_events[key], as_coach=True)
            if as_coach
            else HistoryEntry(bookings[key].event, [bookings[key]], as_coach=False)
            for _at, key, as_coach in keys
        ],
        entries.count(),
    )


def _in_events(event_ids: Collection[UUID], wanted: Wanted) -> Iterable[EventBooking]:
    """The first of each event that are wanted."""
    bookings = EventBooking.objects.known().filter(event__in=event_ids)
    if wanted.status is not None:
        bookings = bookings.filter(status=wanted.status)
    number = Window(RowNumber(), partition_by=F("event_id"), order_by=["created_at", "pk"])
    shown = bookings.annotate(number=number).filter(number__lte=MOST_SHOWN)
    return shown.select_related("client").order_by("created_at", "pk")


def _keys(person_id: UUID, brand_id: UUID, wanted: Wanted) -> Any:
    """When, what and whether as coach, of all that is wanted."""
    attended = EventBooking.objects.known().filter(client__person=person_id, brand=brand_id)
    attended = attended.filter(_events(wanted, "event__"))
    conducted = Event.objects.filter(coach__person=person_id, coach__person__erased_at=None, brand=brand_id)
    conducted = conducted.filter(_events(wanted, ""))
    if wanted.status is not None:
        attended = attended.filter(status=wanted.status)
        so = EventBooking.objects.known().filter(event=OuterRef("pk"), status=wanted.status)
        conducted = conducted.filter(Exists(so))
    attended = _as_keys(attended, at=F("event__starts_at"), as_coach=False)
    conducted = _as_keys(conducted, at=F("starts_at"), as_coach=True)
    if wanted.participation is Participation.ATHLETE:
        return attended
    if wanted.participation is Participation.COACH:
        return conducted
    return attended.union(conducted, all=True)


def _as_keys(rows: Any, *, at: F, as_coach: bool) -> Any:
    columns = {"at": at, "key": F("pk"), "as_coach": Value(as_coach, output_field=BooleanField())}
    return rows.order_by().annotate(**columns).values_list(*columns)


def _events(wanted: Wanted, at: str) -> Q:
    asked = {
        f"{at}starts_at__gte": wanted.since,
        f"{at}starts_at__lt": wanted.until,
        f"{at}time_slot__sport__in": wanted.sport_ids or None,
    }
    found = Q(**{name: value for name, value in asked.items() if value is not None})
    if wanted.grouping is Grouping.PERSONAL:
        found &= Q(**{f"{at}capacity": 1})
    elif wanted.grouping is Grouping.GROUP:
        found &= Q(**{f"{at}capacity__gt": 1})
    return found
