"""Events, orders and what becomes of them in plain lists and dictionaries: what the state machine compares with."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

PLACED: Final = {"Accepted", "Pending", "InDispute", "DisputeDone"}
STANDING: Final = {"Accepted", "Pending"}
_BECOMES: Final = {
    "cancel Athlete": "Canceled",
    "cancel Coach": "Canceled",
    "cancel System": "Canceled",
    "accept": "Accepted",
    "reject": "Rejected",
    "dispute": "InDispute",
    "resolve": "DisputeDone",
}
STEPS: Final = [*_BECOMES, "complete", "undo", "dismiss"]


@dataclass
class Planned:
    """An event as the model knows it."""

    starts: datetime
    capacity: int
    coach: str
    asks: bool = False
    oldest: int = 99
    canceled: bool = False

    @property
    def ends(self) -> datetime:
        return self.starts + timedelta(hours=1)


@dataclass
class Place:
    """A booking as the model knows it."""

    who: str
    event: str
    status: str
    number: int
    completed: bool = False
    dismissed: bool = False
    # Rises with each change, and with nothing else.
    version: int = 1


@dataclass
class Model:
    events: dict[str, Planned]
    # Of whom it is known when they were born: their age in January 2030.
    ages: dict[str, int]
    places: dict[UUID, Place] = field(default_factory=dict)
    orders: list[tuple[str, set[UUID]]] = field(default_factory=list)
    # Of each event those who wait, the first to be asked at the front; those to whom a place is offered, and of these
    # the ones whose offer is over though nobody has noticed yet.
    lines: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    offers: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    late: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    erased: set[str] = field(default_factory=set)

    def taken(self, event: str) -> int:
        return self._booked(event) + len(self.offers[event])

    def _booked(self, event: str) -> int:
        return sum(place.event == event and place.status in PLACED for place in self.places.values())

    def give_back(self, event: str) -> None:
        """A place became free: the next in line is offered it."""
        if self.lines[event] and not self.events[event].canceled:
            self.offers[event].append(self.lines[event].pop(0))

    def steps(self, place: Place, now: datetime) -> set[str]:
        """What may be done with a booking."""
        event, status = self.events[place.event], place.status
        has_begun, is_over = now >= event.starts, now >= event.ends
        can = {
            "cancel Athlete": status in STANDING and not has_begun,
            "cancel Coach": status in STANDING and not is_over,
            "cancel System": status in STANDING and not is_over,
            "accept": status == "Pending" and not is_over,
            "reject": status == "Pending" and not is_over,
            "complete": status in PLACED - {"Pending"} and is_over,
            "undo": status in PLACED - {"Pending"} and is_over,
            "dismiss": status == "Canceled",
            "dispute": status == "Accepted" and has_begun,
            "resolve": status == "InDispute",
        }
        return {name for name, may in can.items() if may}

    def to_do(self, now: datetime) -> dict[str, list[UUID]]:
        """The steps that are possible, each with the bookings with which they are."""
        found: dict[str, list[UUID]] = defaultdict(list)
        for key, place in self.places.items():
            for name in self.steps(place, now):
                found[name].append(key)
        return found

    def by_state(self, now: datetime) -> dict[tuple[str, bool, bool], list[UUID]]:
        """The bookings, by what matters for what may be done with them."""
        found: dict[tuple[str, bool, bool], list[UUID]] = defaultdict(list)
        for key, place in self.places.items():
            event = self.events[place.event]
            found[place.status, now >= event.starts, now >= event.ends].append(key)
        return found

    def step(self, place: Place, name: str) -> None:
        before = (place.status, place.completed, place.dismissed)
        place.status = _BECOMES.get(name, place.status)
        place.completed = name == "complete" or (place.completed and name != "undo")
        place.dismissed = place.dismissed or name == "dismiss"
        # What is so already changes nothing.
        place.version += before != (place.status, place.completed, place.dismissed)
        if place.status in {"Canceled", "Rejected"} and place.status != before[0]:
            self.give_back(place.event)

    def cancel_event(self, name: str) -> None:
        self.events[name].canceled = True
        self.lines[name], self.offers[name], self.late[name] = [], [], []
        for place in self.places.values():
            if place.event == name and place.status in STANDING:
                place.status = "Canceled"
                place.version += 1

    def leave(self, who: str, name: str) -> None:
        if who in self.late[name]:
            self.late[name].remove(who)
        if who in self.offers[name]:
            self.offers[name].remove(who)
            self.give_back(name)
        elif who in self.lines[name]:
            self.lines[name].remove(who)

    def erase(self, who: str, now: datetime) -> None:
        self.erased.add(who)
        for name, event in self.events.items():
            if event.coach == who and event.starts > now and not event.canceled:
                self.cancel_event(name)
        for place in self.places.values():
            ahead = self.events[place.event].starts > now
            if place.who == who and ahead and place.status in STANDING:
                self.step(place, "cancel System")
        for name in self.events:
            self.leave(who, name)

    def noticed(self, name: str) -> tuple[list[str], list[str]]:
        """Who waits and who is offered a place as soon as somebody notices which offers are over."""
        over = len(self.late[name])
        standing = [who for who in self.offers[name] if who not in self.late[name]]
        return self.lines[name][over:], standing + self.lines[name][:over]

    def notice(self, name: str) -> None:
        self.lines[name], self.offers[name] = self.noticed(name)
        self.late[name] = []

    def is_full(self, name: str) -> bool:
        """Once it has been noticed which offers are over."""
        _line, offers = self.noticed(name)
        return self._booked(name) + len(offers) >= self.events[name].capacity

    def has(self, who: str) -> set[str]:
        return {place.event for place in self.places.values() if place.who == who and place.status in PLACED}

    def _barred(self, who: str, name: str, now: datetime) -> set[str]:
        """Why somebody can neither book an event nor wait for it."""
        event, age = self.events[name], self.ages.get(who)
        said = {
            "deleted_meanwhile": who in self.erased,
            "event_canceled": event.canceled,
            "event_past": event.starts <= now,
            "own_event": event.coach == who,
            "birth_date_unknown": age is None and event.oldest < 99,
            "age_not_allowed": age is not None and age > event.oldest,
            "already_booked": name in self.has(who),
        }
        return {code for code, is_so in said.items() if is_so}

    def against_order(self, who: str, names: list[str], now: datetime) -> set[str]:
        """Why an order is refused: one of these codes. Nothing where it is not."""
        found = {"event_twice"} if len(set(names)) < len(names) else set()
        for name in names:
            found |= self._barred(who, name, now)
            _line, offers = self.noticed(name)
            if self.is_full(name) and who not in offers:
                found.add("event_full")
            if any(self._meet(name, other) for other in (self.has(who) | set(names)) - {name}):
                found.add("overlapping_booking")
        return found

    def against_waiting(self, who: str, name: str, now: datetime) -> set[str]:
        """Why somebody is not put into the line: one of these codes."""
        found = self._barred(who, name, now)
        line, offers = self.noticed(name)
        if not self.is_full(name):
            found.add("place_free")
        if who in line + offers:
            found.add("already_waiting")
        return found

    def _meet(self, one: str, other: str) -> bool:
        a, b = self.events[one], self.events[other]
        return a.starts < b.ends and b.starts < a.ends
