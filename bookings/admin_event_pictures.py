"""How full an event is, as a bar with a piece for each place, and an event as a card of a calendar."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from bookings.models import Event
from bookings.rules.events import EventStatus

# Of more places than these no single one can be seen.
_SEEN: Final = 20
_WIDTH: Final = 200
_GAP: Final = 2


@dataclass(frozen=True, slots=True)
class Piece:
    kind: str
    x: float
    width: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Fill:
    """Of an event as `with_fill` reads it: who has a place, who asks for one, to whom one is offered, what is free."""

    accepted: int
    pending: int
    offered: int
    free: int
    waiting: int
    is_canceled: bool

    @property
    def capacity(self) -> int:
        return self.accepted + self.pending + self.offered + self.free

    @property
    def taken(self) -> int:
        return self.capacity - self.free

    @property
    def counts(self) -> list[tuple[str, int, str]]:
        """What there is of each kind, with words for it."""
        kinds = (
            ("accepted", self.accepted, "booked"),
            ("pending", self.pending, "to be approved"),
            ("offered", self.offered, "offered to who waits"),
            ("free", self.free, "free"),
        )
        return [kind for kind in kinds if kind[1]]

    @property
    def words(self) -> str:
        said = [f"{number} {words}" for _kind, number, words in self.counts]
        return ", ".join([*said, f"{self.waiting} waiting"] if self.waiting else said)

    @property
    def pieces(self) -> Iterator[Piece]:
        """A piece for each place where there are few; else one for each kind, to scale."""
        each, at = _WIDTH / self.capacity, 0
        for kind, number, _words in self.counts:
            steps = [1] * number if self.capacity <= _SEEN else [number]
            for step in steps:
                gap = _GAP if self.capacity <= _SEEN else 0
                yield Piece(kind, round(at * each, 2), round(step * each - gap, 2))
                at += step

    @property
    def short(self) -> str:
        """A word or two for a list."""
        if self.is_canceled:
            return "cancelled"
        return f"{self.taken} of {self.capacity}" if self.free else f"full: {self.capacity}"


def fill_of(event: Any) -> Fill:
    return Fill(
        accepted=event.taken - event.pending - event.offered,
        pending=event.pending,
        offered=event.offered,
        free=event.capacity - event.taken,
        waiting=event.waiting_count,
        is_canceled=event.status == EventStatus.CANCELED,
    )


def drawn(event: Event) -> str:
    """The bar, with its words, for a list."""
    return render_to_string("admin/event_fill.html", {"fill": fill_of(event)})


@dataclass(frozen=True, slots=True)
class Card:
    event_id: UUID
    page: str
    times: str
    title: str
    coach: str
    fill: Fill
    # Of the event: canceled, over, now or ahead.
    state: str


def card(event: Event, *, now: datetime) -> Card:
    zone = clock_of(event)
    return Card(
        event.pk,
        reverse("admin:bookings_event_change", args=[event.pk]),
        f"{event.starts_at.astimezone(zone):%H:%M}–{event.ends_at.astimezone(zone):%H:%M}",
        what(event),
        event.coach.person.name,
        fill_of(event),
        _state(event, now=now),
    )


def _state(event: Event, *, now: datetime) -> str:
    if event.status == EventStatus.CANCELED:
        return "canceled"
    if event.ends_at <= now:
        return "over"
    return "now" if event.starts_at <= now else "ahead"


def clock_of(event: Event) -> ZoneInfo:
    """Of its brand."""
    return ZoneInfo(event.brand.timezone)


def what(event: Event) -> str:
    slot = event.time_slot
    return slot.sport.name if slot.sport else f"{slot.kind} event"


def when(event: Event) -> str:
    """By the clocks of its brand, which are named where they are not those of the other pages."""
    zone = clock_of(event)
    starts, ends = event.starts_at.astimezone(zone), event.ends_at.astimezone(zone)
    named = "" if zone.key == timezone.get_current_timezone_name() else f" ({zone.key})"
    return f"{starts:%a} {starts.day} {starts:%b %Y}, {starts:%H:%M}–{ends:%H:%M}{named}"


def coachs_clock(event: Event) -> str:
    """When it is for its coach, where their clocks are not those of the brand."""
    zone = ZoneInfo(event.time_slot.timezone)
    starts, ends = event.starts_at.astimezone(zone), event.ends_at.astimezone(zone)
    if starts.utcoffset() == event.starts_at.astimezone(clock_of(event)).utcoffset():
        return ""
    return f"{starts:%a} {starts.day} {starts:%b}, {starts:%H:%M}–{ends:%H:%M} in {zone.key}"


def roubles(kopecks: int) -> str:
    whole, rest = divmod(kopecks, 100)
    return f"{whole:,}{f'.{rest:02}' if rest else ''} ₽".replace(",", "\u202f") if kopecks else "free of charge"
