"""Events, orders and what becomes of them as a state machine, next to a model in plain lists and dictionaries."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models.functions import Now
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from bookings.models import Dispute, Event, EventBooking, Order, WaitingPlace
from bookings.rules.event_booking import Role
from bookings.rules.events import Entry
from bookings.rules.waiting import WaitingState
from bookings.selectors.event_bookings import bookings_of_event, bookings_of_user, orders_of_user
from bookings.services.cancel_event import cancel_event
from bookings.services.cancel_event_booking import cancel_event_booking
from bookings.services.complete_event_booking import complete_event_booking
from bookings.services.decide_event_booking import decide_event_booking
from bookings.services.dismiss_event_booking import dismiss_event_booking
from bookings.services.join_waiting_list import join_waiting_list
from bookings.services.leave_waiting_list import leave_waiting_list
from bookings.services.open_dispute import open_dispute
from bookings.services.pass_on_offers import pass_on_offers
from bookings.services.place_order import place_order
from bookings.services.resolve_dispute import resolve_dispute
from scheduling.models import Person
from scheduling.services.erase_person import erase_person
from scheduling.services.register_person import PersonData, register_client
from tenants.errors import DomainError
from tests.support import cast, eventing
from tests.support.eventing import at

_PLACED: Final = {"Accepted", "Pending", "InDispute", "DisputeDone"}
_BEGIN: Final = at(7, 12)
_people = st.sampled_from(["ada", "bob", "carol", "dan"])
_names = st.sampled_from(["alone", "meanwhile", "after", "asking"])
# What time passes to, from one to the next: before, between and after the events.
_CLOCK: Final = [_BEGIN, at(8, 10), at(8, 10, 45), at(8, 11), at(8, 12), at(9, 10, 30), at(9, 11), at(9, 12)]


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


@dataclass
class Model:
    events: dict[str, Planned]
    # Of whom it is known when they were born: their age in January 2030.
    ages: dict[str, int]
    places: dict[UUID, Place] = field(default_factory=dict)
    orders: list[tuple[str, set[UUID]]] = field(default_factory=list)
    # Of each event those who wait, the first to be asked at the front; and those to whom a place is offered.
    lines: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    offers: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    erased: set[str] = field(default_factory=set)

    def taken(self, event: str) -> int:
        placed = sum(place.event == event and place.status in _PLACED for place in self.places.values())
        return placed + len(self.offers[event])

    def give_back(self, event: str) -> None:
        """A place became free: the next in line is offered it."""
        if self.lines[event] and not self.events[event].canceled:
            self.offers[event].append(self.lines[event].pop(0))

    def cancel(self, place: Place) -> None:
        place.status = "Canceled"
        self.give_back(place.event)

    def cancel_event(self, name: str) -> None:
        self.events[name].canceled = True
        self.lines[name], self.offers[name] = [], []
        for place in self.places.values():
            if place.event == name and place.status in {"Accepted", "Pending"}:
                place.status = "Canceled"

    def leave(self, who: str, name: str) -> None:
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
            if place.who == who and ahead and place.status in {"Accepted", "Pending"}:
                self.cancel(place)
        for name in self.events:
            self.leave(who, name)

    def barred(self, who: str, name: str, now: datetime) -> set[str]:
        """Why somebody can neither book an event nor wait for it."""
        event, age = self.events[name], self.ages.get(who)
        has = {place.event for place in self.places.values() if place.who == who and place.status in _PLACED}
        return {
            code
            for code, so in {
                "deleted_meanwhile": who in self.erased,
                "event_canceled": event.canceled,
                "event_past": event.starts <= now,
                "own_event": event.coach == who,
                "birth_date_unknown": age is None and event.oldest < 99,
                "age_not_allowed": age is not None and age > event.oldest,
                "already_booked": name in has,
            }.items()
            if so
        }

    def in_the_way(self, who: str, names: list[str], now: datetime) -> set[str]:
        """Why an order is refused: one of these codes. Nothing where it is not."""
        found = {"event_twice"} if len(set(names)) < len(names) else set()
        has = {place.event for place in self.places.values() if place.who == who and place.status in _PLACED}
        for name in names:
            found |= self.barred(who, name, now)
            if self.taken(name) >= self.events[name].capacity and who not in self.offers[name]:
                found.add("event_full")
            if any(self._meet(name, other) for other in (has | set(names)) - {name}):
                found.add("overlapping_booking")
        return found

    def _meet(self, one: str, other: str) -> bool:
        a, b = self.events[one], self.events[other]
        return a.starts < b.ends and b.starts < a.ends


class Club(RuleBasedStateMachine):
    """Four events of two coaches, four people. Runs inside the tenant of the test; each run is rolled back."""

    def __init__(self) -> None:
        super().__init__()
        self.savepoint: Any = transaction.savepoint()
        self.now = _BEGIN
        self.model = Model(
            events={
                "alone": Planned(at(8, 10), 1, "ada"),
                "meanwhile": Planned(at(8, 10, 30), 1, "eve"),
                "after": Planned(at(8, 11), 2, "ada"),
                "asking": Planned(at(9, 10), 1, "eve", asks=True, oldest=40),
            },
            ages={"carol": 25, "dan": 60},
        )
        coaches = {"ada": cast.make_coach("Ada Coach"), "eve": cast.make_coach("Eve Coach")}
        # Ada coaches, and takes part in what others lead.
        ada = PersonData(given_name="Ada", email=coaches["ada"].person.email)
        self.clients = {
            "ada": register_client(person=ada, brand_id=cast.main_brand().pk),
            **{name: cast.make_client(f"{name.capitalize()} Client") for name in ("bob", "carol", "dan")},
        }
        for name, age in self.model.ages.items():
            eventing.make_person(self.clients[name], born=date(2029 - age, 12, 31))
        self.events = {
            name: eventing.make_event(
                coaches[event.coach],
                event.starts,
                places=event.capacity,
                needs_approval=event.asks,
                entry=Entry(age_to=event.oldest),
                now=_BEGIN,
            )
            for name, event in self.model.events.items()
        }
        self.reason = eventing.make_reason()

    def teardown(self) -> None:
        transaction.savepoint_rollback(self.savepoint)

    @rule(step=st.integers(1, 3))
    def time_passes(self, step: int) -> None:
        at_index = _CLOCK.index(self.now)
        self.now = _CLOCK[min(at_index + step, len(_CLOCK) - 1)]

    @rule(
        who=_people,
        names=st.lists(_names, min_size=1, max_size=3),
    )
    def order(self, who: str, names: list[str]) -> None:
        refused = self.model.in_the_way(who, names, self.now)
        made, code = self._try(
            lambda: place_order(
                client=self.clients[who],
                brand_id=cast.main_brand().pk,
                event_ids=[self.events[name].pk for name in names],
                now=self.now,
            )
        )
        assert code in refused if refused else code is None, (code, refused)
        if made is not None:
            before = Counter((place.who, self.model.events[place.event].coach) for place in self.model.places.values())
            bookings = {booking.event_id: booking for booking in EventBooking.objects.filter(order=made)}
            for name in sorted(names, key=lambda name: self.model.events[name].starts):
                event = self.model.events[name]
                before[who, event.coach] += 1
                status = "Pending" if event.asks else "Accepted"
                place = Place(who, name, status, before[who, event.coach])
                self.model.places[bookings[self.events[name].pk].pk] = place
                if who in self.model.offers[name]:
                    self.model.offers[name].remove(who)
            self.model.orders.append((who, {booking.pk for booking in bookings.values()}))

    def _pick(self, data: st.DataObject) -> tuple[EventBooking, Place, Planned]:
        key = data.draw(st.sampled_from(sorted(self.model.places)))
        place = self.model.places[key]
        return EventBooking.objects.get(pk=key), place, self.model.events[place.event]

    @precondition(lambda self: self.model.places)
    @rule(data=st.data(), role=st.sampled_from(list(Role)))
    def cancel(self, data: st.DataObject, role: Role) -> None:
        booking, place, event = self._pick(data)
        allowed = place.status in {"Accepted", "Pending"} and self.now < (
            event.starts if role is Role.ATHLETE else event.ends
        )
        done, _code = self._try(
            lambda: cancel_event_booking(booking=booking, role=role, reason_code="NoTime", now=self.now)
        )
        assert (done is not None) == allowed
        if allowed:
            self.model.cancel(place)

    @precondition(lambda self: self.model.places)
    @rule(data=st.data(), accept=st.booleans())
    def decide(self, data: st.DataObject, accept: bool) -> None:  # noqa: FBT001 - hypothesis passes it by name
        booking, place, event = self._pick(data)
        allowed = place.status == "Pending" and self.now < event.ends
        done, _code = self._try(lambda: decide_event_booking(booking=booking, accept=accept, now=self.now))
        assert (done is not None) == allowed
        if allowed:
            place.status = "Accepted" if accept else "Rejected"
            if not accept:
                self.model.give_back(place.event)

    @precondition(lambda self: self.model.places)
    @rule(data=st.data(), completed=st.booleans())
    def complete(self, data: st.DataObject, completed: bool) -> None:  # noqa: FBT001
        booking, place, event = self._pick(data)
        allowed = place.status in _PLACED - {"Pending"} and self.now >= event.ends
        done, _code = self._try(lambda: complete_event_booking(booking=booking, completed=completed, now=self.now))
        assert (done is not None) == allowed
        if allowed:
            place.completed = completed

    @precondition(lambda self: self.model.places)
    @rule(data=st.data())
    def dismiss(self, data: st.DataObject) -> None:
        booking, place, _event = self._pick(data)
        done, _code = self._try(lambda: dismiss_event_booking(booking=booking, now=self.now))
        assert (done is not None) == (place.status == "Canceled")
        place.dismissed = place.dismissed or done is not None

    @precondition(lambda self: self.model.places)
    @rule(data=st.data())
    def dispute(self, data: st.DataObject) -> None:
        booking, place, event = self._pick(data)
        allowed = place.status == "Accepted" and self.now >= event.starts
        done, _code = self._try(
            lambda: open_dispute(
                booking=booking,
                disputer_id=self.clients[place.who].person_id,
                reason_id=self.reason.pk,
                comment="",
                now=self.now,
            )
        )
        assert (done is not None) == allowed
        if allowed:
            place.status = "InDispute"

    @precondition(lambda self: self.model.places)
    @rule(data=st.data())
    def resolve(self, data: st.DataObject) -> None:
        booking, place, _event = self._pick(data)
        done, _code = self._try(lambda: resolve_dispute(booking=booking, resolution="So it is.", now=self.now))
        assert (done is not None) == (place.status == "InDispute")
        if done is not None:
            place.status = "DisputeDone"

    @rule(name=_names, goes=st.integers(0, 4))
    def cancel_event(self, name: str, goes: int) -> None:
        # Not often: in a club without events little happens.
        if goes:
            return
        event = self.model.events[name]
        allowed = not event.canceled and self.now < event.ends
        done, _code = self._try(
            lambda: cancel_event(event=self.events[name], role=Role.COACH, reason_code="Other", now=self.now)
        )
        assert (done is not None) == allowed
        if allowed:
            self.model.cancel_event(name)

    @rule(who=_people, name=_names)
    def join(self, who: str, name: str) -> None:
        refused = self.model.barred(who, name, self.now)
        if self.model.taken(name) < self.model.events[name].capacity:
            refused.add("place_free")
        if who in self.model.lines[name] + self.model.offers[name]:
            refused.add("already_waiting")
        made, code = self._try(
            lambda: join_waiting_list(client=self.clients[who], event=self.events[name], now=self.now)
        )
        assert code in refused if refused else code is None, (code, refused)
        if made is not None:
            self.model.lines[name].append(who)

    @rule(who=_people, name=_names)
    def leave(self, who: str, name: str) -> None:
        in_line = who in self.model.lines[name] + self.model.offers[name]
        places = WaitingPlace.objects.in_line().filter(client=self.clients[who], event=self.events[name])
        assert places.exists() == in_line
        if in_line:
            leave_waiting_list(place=places.get(), now=self.now)
            self.model.leave(who, name)

    @precondition(lambda self: any(self.model.offers.values()))
    @rule(data=st.data())
    def an_offer_expires(self, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from([name for name, offers in self.model.offers.items() if offers]))
        who = data.draw(st.sampled_from(self.model.offers[name]))
        offer = WaitingPlace.objects.offered().filter(client=self.clients[who], event=self.events[name])
        assert offer.update(offered_until=Now() - timedelta(seconds=1)) == 1
        pass_on_offers()
        self.model.leave(who, name)

    @rule(who=_people, goes=st.integers(0, 5))
    def erase(self, who: str, goes: int) -> None:
        # Not often, and then again: the second time changes nothing.
        if goes:
            return
        erase_person(person=Person.objects.get(pk=self.clients[who].person_id), by="user:1", now=self.now)
        if who not in self.model.erased:
            self.model.erase(who, self.now)

    @invariant()
    def the_database_says_what_the_model_says(self) -> None:
        names = {event.pk: name for name, event in self.events.items()}
        who = {client.pk: name for name, client in self.clients.items()}
        stored = {
            booking.pk: Place(
                who[booking.client_id],
                names[booking.event_id],
                booking.status,
                booking.cardinality,
                booking.completed,
                booking.dismissed_at is not None,
            )
            for booking in EventBooking.objects.all()
        }
        assert stored == self.model.places
        for event in Event.objects.all():
            planned = self.model.events[names[event.pk]]
            assert event.taken == self.model.taken(names[event.pk]) <= event.capacity
            assert (event.status == "Canceled") == planned.canceled
            line = WaitingPlace.objects.in_line().filter(event=event).order_by("number")
            waiting = [who[place.client_id] for place in line if place.state == WaitingState.WAITING]
            offered = {who[place.client_id] for place in line if place.state == WaitingState.OFFERED}
            name = names[event.pk]
            assert (waiting, offered) == (self.model.lines[name], set(self.model.offers[name]))
        disputed = {pk for pk, place in self.model.places.items() if place.status in {"InDispute", "DisputeDone"}}
        assert set(Dispute.objects.values_list("booking_id", flat=True)) == disputed

    @invariant()
    def the_lists_show_what_the_model_says(self) -> None:
        brand_id = cast.main_brand().pk
        for name, client in self.clients.items():
            is_known = name not in self.model.erased
            own = {pk for pk, place in self.model.places.items() if place.who == name and not place.dismissed}
            assert {b.pk for b in bookings_of_user(client.person_id, brand_id=brand_id)} == (own if is_known else set())
            orders = [
                {booking.pk for booking in order.bookings.all()}
                for order in orders_of_user(client.person_id, brand_id=brand_id)
            ]
            theirs = [ids for of, ids in self.model.orders if of == name and is_known]
            assert sorted(map(sorted, orders)) == sorted(map(sorted, theirs))
        for name, event in self.events.items():
            known = {
                pk
                for pk, place in self.model.places.items()
                if place.event == name and place.who not in self.model.erased
            }
            assert {booking.pk for booking in bookings_of_event(event, seen_by=None)} == known
        assert Order.objects.count() == len(self.model.orders)

    def _try(self, call: Any) -> tuple[Any, str | None]:
        """What the service answers, or the code of its refusal."""
        try:
            return call(), None
        except DomainError as error:
            return None, error.code
