"""The line for a full event, changed from several sides at the same moment, by real threads in transactions that
commit.

Each race counts because it can be lost: the same calls without the guard in question break the promise that every place
is booked by one, offered to one, or free with nobody waiting for it.
"""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from django.db.models.functions import Now

from bookings.models import Event, EventBooking, WaitingPlace
from bookings.rules.event_booking import WITH_PLACE, Role
from bookings.selectors.events import settings_of
from bookings.services import cancel_event_booking as cancelling
from bookings.services import join_waiting_list as joining
from bookings.services import leave_waiting_list as leaving
from bookings.services import place_order as ordering
from bookings.services import places
from bookings.services.pass_on_offers import pass_on_offers
from tenants.context import use
from tenants.ids import new_id
from tenants.leases import database_now
from tests.support import cast
from tests.support.committed import at_once
from tests.support.eventing import at, let_offers_expire, make_event, make_place, miscounted, order, wait_for

ROUNDS = 6
START = at(8, 10)
BEFORE = START - timedelta(hours=1)


class Line:
    """A new event that is full, and who waits for a place in it."""

    def __init__(self, tenant: Any, *names: str, capacity: int = 1) -> None:
        self.tenant = tenant
        with use(tenant):
            self.event = make_event(cast.make_coach(), START, places=capacity)
            self.bookings = [make_place(self.event, cast.make_client(f"Guest{n}")) for n in range(capacity)]
            self.clients = {name: cast.make_client(name) for name in names}
            self.waiting = {name: wait_for(self.event, client) for name, client in self.clients.items()}

    def cancel(self, number: int = 0) -> str:
        cancelling.cancel_event_booking(
            booking=self.bookings[number], role=Role.ATHLETE, reason_code="NoTime", now=BEFORE
        )
        return "canceled"

    def order(self, name: str) -> str:
        order(self.clients[name], self.event)
        return "booked"

    def leave(self, name: str) -> str:
        leaving.leave_waiting_list(place=self.waiting[name], now=BEFORE)
        return "left"

    def join(self, name: str) -> str:
        wait_for(self.event, self.clients[name])
        return "joined"

    def run(self, *calls: Callable[[], str]) -> list[str]:
        return at_once(self.tenant, *calls)

    @property
    def states(self) -> list[str]:
        with use(self.tenant):
            return list(
                WaitingPlace.objects.filter(event=self.event).order_by("number").values_list("state", flat=True)
            )

    @property
    def booked(self) -> list[str]:
        with use(self.tenant):
            booked = EventBooking.objects.filter(event=self.event, status__in=WITH_PLACE)
            return list(booked.values_list("client__person__given_name", flat=True))

    @property
    def broken(self) -> list[str]:
        with use(self.tenant):
            return miscounted()


def _unlocked(rows: Any, key: object, **_: object) -> Any:
    return rows.get(pk=key)


@pytest.mark.parametrize("waiting", [1, 2])
def test_of_two_places_that_become_free_at_once_each_has_one_fate(tenant: Any, waiting: int) -> None:
    for _ in range(ROUNDS):
        line = Line(tenant, *["Carol", "Dan"][:waiting], capacity=2)
        assert line.run(partial(line.cancel, 0), partial(line.cancel, 1)) == ["canceled"] * 2
        assert line.states == ["offered"] * waiting
        assert line.broken == []


def test_without_the_lock_on_the_event_two_places_are_offered_as_one(
    tenant: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = Line(tenant, "Carol", "Dan", capacity=2)
    looked = threading.Barrier(2)
    monkeypatch.setattr(cancelling, "locked_with_event", places.locked_booking)

    def together(brand_id: Any) -> Any:
        looked.wait(timeout=30)
        return settings_of(brand_id)

    monkeypatch.setattr("bookings.services.waiting_line.settings_of", together)

    line.run(partial(line.cancel, 0), partial(line.cancel, 1))

    assert line.states == ["offered", "waiting"]
    assert line.broken


def test_an_offer_is_booked_in_time_or_passed_on(tenant: Any) -> None:
    said = set()
    for number in range(8):
        line = Line(tenant, "Carol", "Dan")
        with use(tenant):
            line.cancel()
            WaitingPlace.objects.offered().filter(event=line.event).update(offered_until=Now() + timedelta(seconds=0.8))

        # Around its end: now before it, now after.
        waits = 0.15 * number
        answers = line.run(partial(_later, waits, partial(line.order, "Carol")), partial(_later, waits, _pass_on))

        said.add(answers[0])
        assert (answers[0], line.states, line.booked) in (
            ("booked", ["booked", "waiting"], ["Carol"]),
            ("event_full", ["expired", "offered"], []),
            ("event_full", ["offered", "waiting"], []),
        )
        with use(tenant):
            pass_on_offers()
        assert line.broken == []
    assert said == {"booked", "event_full"}


@pytest.mark.parametrize("guard", ["the lock", "no lock"])
def test_an_offer_that_is_being_booked_is_not_passed_on(
    tenant: Any, monkeypatch: pytest.MonkeyPatch, guard: str
) -> None:
    """Unless nobody is kept from it between the look at the offer and the taking."""
    line = Line(tenant, "Carol", "Dan")
    with use(tenant):
        line.cancel()
    looked, passed = threading.Event(), threading.Event()

    def wait() -> datetime:
        if not looked.is_set():
            looked.set()
            passed.wait(timeout=1)
        return database_now()

    # Between the look at the offer and the taking.
    monkeypatch.setattr(places, "database_now", wait)
    if guard == "no lock":
        monkeypatch.setattr(ordering, "lock_events", lambda _: None)

    def pass_on() -> str:
        assert looked.wait(timeout=30)
        let_offers_expire()
        try:
            return _pass_on()
        finally:
            passed.set()

    assert line.run(partial(line.order, "Carol"), pass_on) == ["booked", "passed on"]
    if guard == "no lock":
        assert line.states == ["booked", "offered"]
        assert line.broken
    else:
        assert line.states == ["booked", "waiting"]
        assert line.broken == []


def test_an_offer_against_many_who_come_by(tenant: Any) -> None:
    """While a place becomes free and is offered, others ask for it all the time."""
    for _ in range(ROUNDS):
        line = Line(tenant, "Carol")
        with use(tenant):
            line.clients |= {f"Passer{n}": cast.make_client(f"Passer{n}") for n in range(4)}
        said = line.run(line.cancel, *[partial(line.order, f"Passer{n}") for n in range(4)])
        assert said == ["canceled", *["event_full"] * 4]
        assert line.states == ["offered"]
        assert line.broken == []


def test_of_two_who_join_at_once_each_is_somewhere_in_line_and_nobody_twice(tenant: Any) -> None:
    for _ in range(ROUNDS):
        line = Line(tenant)
        with use(tenant):
            line.clients = {name: cast.make_client(name) for name in ("Carol", "Dan")}
        said = line.run(*[partial(line.join, name) for name in ("Carol", "Carol", "Dan")])
        assert (sorted(said[:2]), said[2]) == (["already_waiting", "joined"], "joined")
        with use(tenant):
            assert sorted(line.event.waiting.values_list("number", flat=True)) == [1, 2]


def test_without_the_locks_only_the_constraint_keeps_somebody_from_standing_in_line_twice(
    tenant: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = Line(tenant)
    with use(tenant):
        line.clients = {"Carol": cast.make_client("Carol")}
    looked = threading.Barrier(2)
    monkeypatch.setattr(joining, "lock_client", lambda client: client)
    monkeypatch.setattr(joining, "locked", _unlocked)
    monkeypatch.setattr(joining, "new_id", lambda: _after(looked, new_id))

    assert sorted(line.run(partial(line.join, "Carol"), partial(line.join, "Carol"))) == ["23505", "joined"]


def test_who_joins_while_a_place_becomes_free_does_not_wait_beside_it(tenant: Any) -> None:
    for _ in range(ROUNDS):
        line = Line(tenant)
        with use(tenant):
            line.clients = {"Carol": cast.make_client("Carol")}
        said = line.run(line.cancel, partial(line.join, "Carol"))
        assert (said[1], line.states) in (("joined", ["offered"]), ("place_free", []))
        assert line.broken == []


def test_without_the_lock_on_the_event_somebody_waits_beside_a_free_place(
    tenant: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = Line(tenant)
    with use(tenant):
        line.clients = {"Carol": cast.make_client("Carol")}
    looked, canceled = threading.Event(), threading.Event()
    monkeypatch.setattr(joining, "locked", _unlocked)

    def wait() -> Any:
        looked.set()
        assert canceled.wait(timeout=30)
        return new_id()

    monkeypatch.setattr(joining, "new_id", wait)

    def cancel() -> str:
        assert looked.wait(timeout=30)
        try:
            return line.cancel()
        finally:
            canceled.set()

    assert line.run(cancel, partial(line.join, "Carol")) == ["canceled", "joined"]
    assert line.broken


def test_who_leaves_while_a_place_is_offered_to_them_leaves_it_to_the_next(tenant: Any) -> None:
    for _ in range(ROUNDS):
        line = Line(tenant, "Carol", "Dan")
        assert line.run(line.cancel, partial(line.leave, "Carol")) == ["canceled", "left"]
        assert line.states == ["left", "offered"]
        assert line.broken == []


def test_without_the_lock_on_the_event_a_place_is_lost_with_who_leaves(
    tenant: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = Line(tenant, "Carol", "Dan")
    looked, canceled = threading.Event(), threading.Event()
    monkeypatch.setattr(leaving, "locked", _unlocked)

    def wait(*_: Any, **__: Any) -> None:
        looked.set()
        assert canceled.wait(timeout=30)

    monkeypatch.setattr(leaving, "check_version", wait)

    def cancel() -> str:
        assert looked.wait(timeout=30)
        try:
            return line.cancel()
        finally:
            canceled.set()

    assert line.run(cancel, partial(line.leave, "Carol")) == ["canceled", "left"]
    assert line.states == ["left", "waiting"]
    assert line.broken


def test_two_workers_pass_an_offer_on_once(tenant: Any) -> None:
    for _ in range(ROUNDS):
        line = Line(tenant, "Carol", "Dan", "Fay")
        with use(tenant):
            line.cancel()
            let_offers_expire()
        line.run(_pass_on, _pass_on)
        assert line.states == ["expired", "offered", "waiting"]
        assert line.broken == []


def test_a_canceled_event_and_an_order_by_who_is_offered_a_place(tenant: Any) -> None:
    from bookings.services.cancel_event import cancel_event

    for _ in range(ROUNDS):
        line = Line(tenant, "Carol", "Dan")
        with use(tenant):
            line.cancel()

        def cancel(event: Event = line.event) -> str:
            cancel_event(event=event, role=Role.COACH, reason_code="Other", now=BEFORE)
            return "canceled"

        said = line.run(cancel, partial(line.order, "Carol"))
        assert (said[1], line.states) in (
            ("booked", ["booked", "closed"]),
            ("event_canceled", ["closed", "closed"]),
        )
        assert line.booked == []
        assert line.broken == []
        with use(tenant):
            assert Event.objects.get(pk=line.event.pk).taken == 0


def _later(seconds: float, call: Callable[[], str]) -> str:
    threading.Event().wait(seconds)
    return call()


def _after(barrier: threading.Barrier, make: Callable[[], Any]) -> Any:
    barrier.wait(timeout=30)
    return make()


def _pass_on() -> str:
    pass_on_offers()
    return "passed on"
