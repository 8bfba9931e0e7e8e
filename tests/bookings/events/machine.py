"""Events, orders and what becomes of them as a state machine, next to a plain model.

What to do with whom is drawn so that little is idle: each run begins with places taken and people in line, what can be
done is drawn from what can, and of what can't all is tried at once.
"""

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models.functions import Now
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from bookings.models import Dispute, Event, EventBooking, Order, WaitingPlace
from bookings.rules.event_booking import Role
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
from scheduling.models import Person, Reservation
from scheduling.services.erase_person import erase_person
from tenants.errors import DomainError
from tests.bookings.events.club import AGES, CLOCK, PEOPLE, World, planned
from tests.bookings.events.model import STEPS, Model, Place
from tests.support import cast

_PAIRS: Final = [(who, name) for who in PEOPLE for name in planned()]


def _tried(call: Callable[[], Any]) -> tuple[Any, str | None]:
    """What the service answers, or the code of its refusal."""
    try:
        return call(), None
    except DomainError as error:
        return None, error.code


class Club(RuleBasedStateMachine):
    """Runs inside the tenant of the test; each run is rolled back."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self.savepoint: Any = transaction.savepoint()
        self.clients, self.events, self.reason = world.clients, world.events, world.reason
        self.now = CLOCK[0]
        self.model = Model(events=planned(), ages=AGES)
        # How often an event or a person was to go.
        self.ends = 0
        self.shown: object = None
        self._steps: dict[str, Callable[[EventBooking], object]] = {
            **{f"cancel {role}": partial(self._cancel, role=role) for role in Role},
            "accept": lambda booking: decide_event_booking(booking=booking, accept=True, now=self.now),
            "reject": lambda booking: decide_event_booking(booking=booking, accept=False, now=self.now),
            "complete": lambda booking: complete_event_booking(booking=booking, completed=True, now=self.now),
            "undo": lambda booking: complete_event_booking(booking=booking, completed=False, now=self.now),
            "dismiss": lambda booking: dismiss_event_booking(booking=booking, now=self.now),
            "dispute": self._dispute,
            "resolve": lambda booking: resolve_dispute(booking=booking, resolution="So it is.", now=self.now),
        }

    def _cancel(self, booking: EventBooking, *, role: Role) -> EventBooking:
        return cancel_event_booking(booking=booking, role=role, reason_code="NoTime", now=self.now)

    def _dispute(self, booking: EventBooking) -> EventBooking:
        disputer_id = booking.client.person_id
        return open_dispute(
            booking=booking, disputer_id=disputer_id, reason_id=self.reason.pk, comment="", now=self.now
        )

    def teardown(self) -> None:
        transaction.savepoint_rollback(self.savepoint)

    @initialize(data=st.data(), now=st.sampled_from([CLOCK[0], *CLOCK]))
    def people_have_come(self, data: st.DataObject, now: datetime) -> None:
        for who in data.draw(st.permutations(PEOPLE)):
            wanted = data.draw(st.lists(st.sampled_from(list(self.events)), unique=True))
            if wanted and not self.model.against_order(who, wanted, self.now):
                self._order(who, wanted)
                continue
            for name in wanted:
                if not self.model.against_order(who, [name], self.now):
                    self._order(who, [name])
                elif not self.model.against_waiting(who, name, self.now):
                    self._join(who, name)
        self.now = now
        for _ in range(data.draw(st.integers(0, 5))):
            if self.model.to_do(self.now):
                self.a_booking_goes_on(data)

    @precondition(lambda self: self.now != CLOCK[-1])
    @rule(step=st.integers(1, 2))
    def time_passes(self, step: int) -> None:
        self.now = CLOCK[min(CLOCK.index(self.now) + step, len(CLOCK) - 1)]

    def _may_order(self) -> list[tuple[str, str]]:
        return [pair for pair in _PAIRS if not self.model.against_order(pair[0], [pair[1]], self.now)]

    @precondition(lambda self: self._may_order())
    @rule(data=st.data(), is_whole=st.booleans())
    def order(self, data: st.DataObject, is_whole: bool) -> None:  # noqa: FBT001 - hypothesis passes it by name
        who, name = data.draw(st.sampled_from(self._may_order()))
        names = [name]
        for more in data.draw(st.lists(st.sampled_from([one for one in self.events if one != name]), unique=True)):
            if not is_whole or not self.model.against_order(who, [*names, more], self.now):
                names.append(more)
        self._order(who, names)

    @rule(who=st.sampled_from(PEOPLE))
    def who_may_not_come_is_refused(self, who: str) -> None:
        for name in self.events:
            for names in ([name], [name, name]):
                if self.model.against_order(who, names, self.now):
                    self._order(who, names)
            if self.model.against_waiting(who, name, self.now):
                self._join(who, name)

    def _order(self, who: str, names: list[str]) -> None:
        refused = self.model.against_order(who, names, self.now)
        made, code = _tried(
            lambda: place_order(
                client=self.clients[who],
                brand_id=cast.main_brand().pk,
                event_ids=[self.events[name].pk for name in names],
                now=self.now,
            )
        )
        assert code in refused if refused else code is None, (code, refused)
        if made is None:
            return
        before = Counter((place.who, self.model.events[place.event].coach) for place in self.model.places.values())
        bookings = {booking.event_id: booking.pk for booking in EventBooking.objects.filter(order=made)}
        for name in sorted(names, key=lambda name: self.model.events[name].starts):
            event = self.model.events[name]
            before[who, event.coach] += 1
            status = "Pending" if event.asks else "Accepted"
            self.model.places[bookings[self.events[name].pk]] = Place(who, name, status, before[who, event.coach])
            self.model.notice(name)
            if who in self.model.offers[name]:
                self.model.offers[name].remove(who)
        self.model.orders.append((who, set(bookings.values())))

    def _step(self, key: UUID, name: str) -> None:
        place = self.model.places[key]
        allowed = name in self.model.steps(place, self.now)
        booking = EventBooking.objects.get(pk=key)
        done, _code = _tried(lambda: self._steps[name](booking))
        assert (done is not None) == allowed, (name, place)
        if allowed:
            self.model.step(place, name)

    @precondition(lambda self: self.model.to_do(self.now))
    @rule(data=st.data())
    def a_booking_goes_on(self, data: st.DataObject) -> None:
        to_do = self.model.to_do(self.now)
        name = data.draw(st.sampled_from(sorted(to_do)))
        self._step(data.draw(st.sampled_from(to_do[name])), name)

    @precondition(lambda self: self.model.places)
    @rule(data=st.data())
    def a_booking_goes_no_other_way(self, data: st.DataObject) -> None:
        by_state = self.model.by_state(self.now)
        key = data.draw(st.sampled_from(by_state[data.draw(st.sampled_from(sorted(by_state)))]))
        for name in STEPS:
            if name not in self.model.steps(self.model.places[key], self.now):
                self._step(key, name)

    # Not often: in a club without events, or people, little happens.
    @precondition(lambda self: self.ends < 3)
    @rule(name=st.sampled_from(list(planned())))
    def cancel_event(self, name: str) -> None:
        self.ends += 1
        event = self.model.events[name]
        allowed = not event.canceled and self.now < event.ends
        done, _code = _tried(
            lambda: cancel_event(event=self.events[name], role=Role.COACH, reason_code="Other", now=self.now)
        )
        assert (done is not None) == allowed
        if allowed:
            self.model.cancel_event(name)

    def _may_wait(self) -> list[tuple[str, str]]:
        return [pair for pair in _PAIRS if not self.model.against_waiting(*pair, self.now)]

    @precondition(lambda self: self._may_wait())
    @rule(data=st.data())
    def join(self, data: st.DataObject) -> None:
        self._join(*data.draw(st.sampled_from(self._may_wait())))

    def _join(self, who: str, name: str) -> None:
        refused = self.model.against_waiting(who, name, self.now)
        made, code = _tried(lambda: join_waiting_list(client=self.clients[who], event=self.events[name], now=self.now))
        assert code in refused if refused else code is None, (code, refused)
        if made is not None:
            self.model.notice(name)
            self.model.lines[name].append(who)

    def _in_line(self) -> list[tuple[str, str]]:
        lines = (self.model.lines, self.model.offers)
        return [(who, name) for name in self.events for line in lines for who in line[name]]

    @precondition(lambda self: self._in_line())
    @rule(data=st.data())
    def leave(self, data: st.DataObject) -> None:
        who, name = data.draw(st.sampled_from(self._in_line()))
        place = WaitingPlace.objects.in_line().get(client=self.clients[who], event=self.events[name])
        leave_waiting_list(place=place, now=self.now)
        self.model.leave(who, name)

    def _offered(self) -> list[tuple[str, str]]:
        return [(who, name) for who, name in self._in_line() if who in self.model.offers[name]]

    @precondition(lambda self: self._offered())
    @rule(data=st.data(), is_noticed=st.booleans())
    def an_offer_expires(self, data: st.DataObject, is_noticed: bool) -> None:  # noqa: FBT001
        who, name = data.draw(st.sampled_from(self._offered()))
        offer = WaitingPlace.objects.offered().filter(client=self.clients[who], event=self.events[name])
        assert offer.update(offered_until=Now() - timedelta(seconds=1)) == 1
        if who not in self.model.late[name]:
            self.model.late[name].append(who)
        if is_noticed:
            pass_on_offers()
            for one in self.events:
                self.model.notice(one)

    @precondition(lambda self: self.ends < 3)
    @rule(who=st.sampled_from(PEOPLE))
    def erase(self, who: str) -> None:
        self.ends += 1
        erase_person(person=Person.objects.get(pk=self.clients[who].person_id), by="user:1", now=self.now)
        # The second time changes nothing.
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
                booking.version,
            )
            for booking in EventBooking.objects.all()
        }
        assert stored == self.model.places
        in_line: dict[WaitingState, list[tuple[str, str]]] = {WaitingState.WAITING: [], WaitingState.OFFERED: []}
        for place in WaitingPlace.objects.in_line().order_by("number"):
            in_line[WaitingState(place.state)].append((names[place.event_id], who[place.client_id]))
        for event in Event.objects.all():
            name = names[event.pk]
            assert event.taken == self.model.taken(name) <= event.capacity
            assert (event.status == "Canceled") == self.model.events[name].canceled
            assert [one for of, one in in_line[WaitingState.WAITING] if of == name] == self.model.lines[name]
            offered = {one for of, one in in_line[WaitingState.OFFERED] if of == name}
            assert offered == set(self.model.offers[name])
        busy = Reservation.objects.filter(active=True, subject_kind=Event.SUBJECT_KIND)
        assert {names[pk] for pk in busy.values_list("subject_id", flat=True)} == {
            name for name, event in self.model.events.items() if not event.canceled
        }
        disputed = {pk for pk, place in self.model.places.items() if place.status in {"InDispute", "DisputeDone"}}
        assert set(Dispute.objects.values_list("booking_id", flat=True)) == disputed

    def _is_new(self) -> bool:
        """Whether something happened that the lists show, since they were looked at."""
        dismissed = sum(place.dismissed for place in self.model.places.values())
        shown = (len(self.model.orders), dismissed, len(self.model.erased))
        is_new, self.shown = shown != self.shown, shown
        return is_new

    @precondition(lambda self: self._is_new())
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
