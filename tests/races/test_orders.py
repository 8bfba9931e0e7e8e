"""Places in events that many want at the same moment, over HTTP, from several server processes.

Each race counts because it can be lost: where events don't keep count, the same requests break the promise.
"""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import httpx
import pytest
from django.db.models import Count

from bookings.models import Event, EventBooking, Order
from bookings.rules.event_booking import WITH_PLACE
from tests.support import cast, eventing
from tests.support.database import owner_connection
from tests.support.live import Live

pytestmark = pytest.mark.serial

CLIENTS = 500
PLACES = 20
ROUNDS = 10
EVENTS = 10
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
        with owner_connection(self.platform.database_name) as connection:
            found: Any = connection.execute("SELECT schema_name FROM tenants_tenant WHERE slug = 'north'").fetchone()
            (schema,) = found
            connection.execute(f'ALTER TABLE "{schema}".bookings_event DROP CONSTRAINT event_places')
            connection.execute(
                f'CREATE FUNCTION "{schema}".uncounted() RETURNS trigger LANGUAGE plpgsql AS '
                "$$ BEGIN NEW.taken := OLD.taken; RETURN NEW; END $$"
            )
            connection.execute(
                f'CREATE TRIGGER uncounted BEFORE UPDATE ON "{schema}".bookings_event '
                f'FOR EACH ROW EXECUTE FUNCTION "{schema}".uncounted()'
            )

    def deadlocks(self) -> int:
        with owner_connection(self.platform.database_name) as connection:
            row: Any = connection.execute(
                "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
            ).fetchone()
            return int(row[0])


def _places(event: Event) -> int:
    return EventBooking.objects.filter(event=event, status__in=WITH_PLACE).count()


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
    race = Race(platform, clients=40)
    events = [race.event(8 + number, places=100) for number in range(EVENTS)]

    orders = [
        race.order(person, *(events if number % 2 else reversed(events))) for number, person in enumerate(race.people)
    ]
    answers = Counter(race.at_once(*orders))

    assert answers == Counter({(201, ""): len(race.people)})
    assert race.deadlocks() == 0
    with platform.inside():
        whole = Order.objects.annotate(places=Count("bookings")).values_list("places", flat=True)
        assert set(whole) == {EVENTS}
        assert set(Event.objects.values_list("taken", flat=True)) == {len(race.people)}


def test_orders_that_can_not_be_whole_leave_nothing(platform: Live) -> None:
    race = Race(platform, clients=40)
    wide, narrow = race.event(9, places=100), race.event(10, places=5)

    answers = Counter(race.at_once(*(race.order(person, wide, narrow) for person in race.people)))

    assert answers == Counter({(201, ""): 5, (400, "event_full"): 35})
    with platform.inside():
        assert (_places(wide), _places(narrow)) == (5, 5)
        assert set(Event.objects.values_list("taken", flat=True)) == {5}


def _cancel_against_orders(race: Race, number: int) -> tuple[list[int], int]:
    """What came of one who cancels the last place and of two who want it, and how many have it."""
    event = race.event(6 + number, places=1)
    with race.platform.inside():
        has = eventing.order(_client(race.people[0]), event).bookings.get()
    cancel = {"userId": race.people[0], "cancellationReasonCode": "NoTime"}
    answers = race.at_once(
        ("PATCH", f"/v1/bookings/{has.pk}/cancel", cancel),
        *(race.order(person, event) for person in race.people[1:]),
    )
    with race.platform.inside():
        return [status for status, _code in answers], _places(event)


def _client(person_id: str) -> Any:
    from scheduling.models import Client

    return Client.objects.get(person_id=person_id)


def test_a_place_that_is_given_back_goes_to_one_at_the_most(platform: Live) -> None:
    race = Race(platform, clients=7)

    for number in range(ROUNDS):
        statuses, places = _cancel_against_orders(race, number)
        assert statuses[0] == 204
        assert statuses.count(201) == places <= 1

    assert race.deadlocks() == 0
    race.keep_no_count()
    assert _cancel_against_orders(race, ROUNDS)[1] > 1
