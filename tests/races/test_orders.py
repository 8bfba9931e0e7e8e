"""Places in events that many want at the same moment, over HTTP, from several server processes.

Each race counts because it can be lost: where events don't keep count, the same requests break the promise.
"""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier
from typing import Any

import httpx
import psycopg
import pytest
from psycopg import sql

from bookings.models import Event, EventBooking, Order
from bookings.rules.event_booking import WITH_PLACE
from scheduling.models import Client
from tests.support import cast, eventing
from tests.support.database import owner_connection
from tests.support.live import Live

pytestmark = pytest.mark.serial

CLIENTS = 500
PLACES = 20
ROUNDS = 10
EVENTS = 10
SOME = 6
HOST = {"Host": "north.test"}
Request = tuple[str, str, dict[str, Any]]


class Race:
    """Requests of a service that all start when the last of them is ready."""

    def __init__(self, platform: Live, *, clients: int) -> None:
        self.platform = platform
        with platform.inside():
            self.token = cast.make_token()
            self.coach = cast.make_coach()
            self.people = [str(cast.make_client(f"Client{number}").person_id) for number in range(clients)]
        platform.start_web(processes=4)

    def event(self, hour: int, *, places: int, day: int = 1) -> Event:
        with self.platform.inside():
            return eventing.make_event(self.coach, cast.tomorrow_at(hour, days=day), places=places)

    def client(self, number: int) -> Client:
        return Client.objects.get(person_id=self.people[number])

    def order(self, person: str, *events: Event) -> Request:
        body = {"userId": person, "eventIds": [str(event.pk) for event in events], "paymentMethod": {"type": "Cash"}}
        return "POST", "/v1/bookings", body

    def at_once(self, *requests: Request) -> list[tuple[int, str]]:
        """The status of each answer, and of a refusal its code."""
        barrier = Barrier(len(requests))

        def send(request: Request) -> tuple[int, str]:
            method, path, body = request
            headers = {**HOST, "Authorization": f"Bearer {self.token}"}
            with httpx.Client(timeout=120) as client:
                barrier.wait(timeout=120)
                answer = client.request(method, self.platform.url + path, json=body, headers=headers)
            code = answer.json()["errors"][0]["code"] if answer.status_code == 400 else ""
            return answer.status_code, code

        with ThreadPoolExecutor(len(requests)) as pool:
            return list(pool.map(send, requests))

    def keep_no_count(self) -> None:
        """Events count nothing from now on: whoever asks gets a place."""
        with self.in_schema() as connection:
            connection.execute("ALTER TABLE bookings_event DROP CONSTRAINT event_places")
            connection.execute(
                "CREATE FUNCTION uncounted() RETURNS trigger LANGUAGE plpgsql AS "
                "$$ BEGIN NEW.taken := OLD.taken; RETURN NEW; END $$"
            )
            connection.execute(
                "CREATE TRIGGER uncounted BEFORE UPDATE ON bookings_event FOR EACH ROW EXECUTE FUNCTION uncounted()"
            )

    def lose_bookings(self, event: Event) -> None:
        """Those of one event are not stored from now on, whatever else their orders book."""
        with self.in_schema() as connection:
            connection.execute(
                "CREATE FUNCTION lost() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$"
            )
            connection.execute(
                "CREATE TRIGGER lost BEFORE INSERT ON bookings_eventbooking FOR EACH ROW "
                f"WHEN (NEW.event_id = '{event.pk}') EXECUTE FUNCTION lost()"
            )

    @contextmanager
    def in_schema(self) -> "Iterator[psycopg.Connection[tuple[object, ...]]]":
        """A connection as the owner, in the tenant's schema."""
        with owner_connection(self.platform.database_name) as connection:
            found: Any = connection.execute("SELECT schema_name FROM tenants_tenant WHERE slug = 'north'").fetchone()
            connection.execute(sql.SQL("SET search_path TO {}").format(sql.Identifier(found[0])))
            yield connection


def _places(event: Event) -> int:
    return EventBooking.objects.filter(event=event, status__in=WITH_PLACE).count()


def _stored() -> list[tuple[Any, ...]]:
    """Of each order its events, in one order."""
    orders = Order.objects.prefetch_related("bookings")
    return sorted(tuple(sorted(booking.event_id for booking in order.bookings.all())) for order in orders)


def test_of_500_clients_exactly_20_get_one_of_20_places(platform: Live) -> None:
    race = Race(platform, clients=CLIENTS)
    event = race.event(9, places=PLACES)

    answers = Counter(race.at_once(*(race.order(person, event) for person in race.people)))

    assert answers == Counter({(201, ""): PLACES, (400, "event_full"): CLIENTS - PLACES})
    with platform.inside():
        assert _places(event) == Event.objects.get(pk=event.pk).taken == PLACES
        assert Order.objects.count() == PLACES
    race.keep_no_count()
    other = race.event(11, places=PLACES)
    uncounted = Counter(race.at_once(*(race.order(person, other) for person in race.people[:50])))
    assert uncounted[201, ""] > PLACES


def test_orders_of_the_same_events_in_opposite_order_are_whole_and_none_is_lost(platform: Live) -> None:
    """Half of them want all the events, the others some: of these no two in a row the same."""
    race = Race(platform, clients=40)
    events = [race.event(8 + number, places=100) for number in range(EVENTS)]
    wanted = []
    for number in range(len(race.people)):
        first = number % (EVENTS - SOME + 1)
        some = events if number % 4 < 2 else events[first : first + SOME]
        wanted.append(some if number % 2 else some[::-1])

    orders = zip(race.people, wanted, strict=True)
    answers = Counter(race.at_once(*(race.order(person, *some) for person, some in orders)))

    assert answers == Counter({(201, ""): len(race.people)})
    with platform.inside():
        assert _stored() == sorted(tuple(sorted(event.pk for event in some)) for some in wanted)
        taken = Counter(event.pk for some in wanted for event in some)
        assert dict(Event.objects.values_list("pk", "taken")) == taken
    assert platform.deadlocks() == 0


def test_a_deadlock_would_be_counted(platform: Live) -> None:
    """Two who lock the same events in opposite order, as no order does."""
    race = Race(platform, clients=0)
    events = [race.event(9, places=1), race.event(10, places=1)]
    both = Barrier(2)

    def lock(first: Event, second: Event) -> str:
        with race.in_schema() as connection, connection.transaction():
            connection.execute("SELECT FROM bookings_event WHERE id = %s FOR UPDATE", [first.pk])
            both.wait(timeout=60)
            try:
                connection.execute("SELECT FROM bookings_event WHERE id = %s FOR UPDATE", [second.pk])
            except psycopg.errors.DeadlockDetected:
                return "deadlock"
            return ""

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(lock, events, events[::-1])) == ["", "deadlock"]

    assert platform.deadlocks() == 1


def test_orders_that_can_not_be_whole_leave_nothing(platform: Live) -> None:
    race = Race(platform, clients=40)
    wide, narrow = race.event(9, places=100), race.event(10, places=5)

    answers = Counter(race.at_once(*(race.order(person, wide, narrow) for person in race.people)))

    assert answers == Counter({(201, ""): 5, (400, "event_full"): 35})
    with platform.inside():
        assert _stored() == [tuple(sorted([wide.pk, narrow.pk]))] * 5
        assert set(Event.objects.values_list("taken", flat=True)) == {5}
    # A half order would be seen.
    one, other = race.event(11, places=100), race.event(12, places=5)
    race.lose_bookings(other)
    race.at_once(*(race.order(person, one, other) for person in race.people))
    with platform.inside():
        assert (one.pk,) in _stored()


def _cancel_against_orders(race: Race, number: int) -> tuple[list[int], int]:
    """What came of one who cancels the last place and of others who want it, and how many have it."""
    event = race.event(6 + number, places=1)
    with race.platform.inside():
        has = eventing.order(race.client(0), event).bookings.get()
    cancel = {"userId": race.people[0], "cancellationReasonCode": "NoTime"}
    *wanting, late = race.people[1:]
    answers = race.at_once(
        ("PATCH", f"/v1/bookings/{has.pk}/cancel", cancel), *(race.order(person, event) for person in wanting)
    )
    # Whether or not one of them was late enough to get the place: it did become free.
    answers += race.at_once(race.order(late, event))
    with race.platform.inside():
        return [status for status, _code in answers], _places(event)


def test_a_place_that_is_given_back_goes_to_exactly_one(platform: Live) -> None:
    race = Race(platform, clients=8)

    for number in range(ROUNDS):
        statuses, places = _cancel_against_orders(race, number)
        assert statuses[0] == 204
        assert statuses.count(201) == places == 1

    race.keep_no_count()
    assert _cancel_against_orders(race, ROUNDS)[1] > 1
    assert platform.deadlocks() == 0
