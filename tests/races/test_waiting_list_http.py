"""A place that is offered to who waits, while others order it over HTTP and workers are killed.

The race counts because it can be lost: where offered places are not counted, somebody else gets them.
"""

import signal

import pytest

from bookings.models import Event, EventBooking, WaitingPlace
from bookings.rules.event_booking import WITH_PLACE
from scheduling.models import Client
from tests.races.test_orders import Race
from tests.support import eventing
from tests.support.database import owner_connection
from tests.support.live import Live, wait_until

pytestmark = pytest.mark.serial

ROUNDS = 3
PASSERS = 30


def _full(race: Race, hour: int, *, waiting: int) -> tuple[Event, EventBooking]:
    """An event for one. The first of the people has its place, the next ones wait."""
    event = race.event(hour, places=1)
    with race.platform.inside():
        people = [Client.objects.get(person_id=person) for person in race.people[: waiting + 1]]
        booking = eventing.order(people[0], event).bookings.get()
        for client in people[1:]:
            eventing.wait_for(event, client)
    return event, booking


def _who_gets_it(race: Race, hour: int) -> set[str]:
    """Of an event for which one waits, while its place becomes free and all others order it."""
    event, booking = _full(race, hour, waiting=1)
    cancel = {"userId": race.people[0], "cancellationReasonCode": "NoTime"}
    answers = race.at_once(
        ("PATCH", f"/v1/bookings/{booking.pk}/cancel", cancel),
        *(race.order(person, event) for person in race.people[1:]),
    )
    assert answers[0][0] == 204
    assert {answer for answer in answers[1:] if answer[0] != 201} <= {(400, "event_full")}
    race.at_once(race.order(race.people[1], event))
    with race.platform.inside():
        booked = EventBooking.objects.filter(event=event, status__in=WITH_PLACE)
        return {str(person) for person in booked.values_list("client__person", flat=True)}


def test_a_freed_place_goes_to_who_waits_whoever_else_asks_for_it(platform: Live) -> None:
    race = Race(platform, clients=PASSERS + 2)

    for number in range(ROUNDS):
        assert _who_gets_it(race, 8 + number) == {race.people[1]}
    with platform.inside():
        assert eventing.miscounted() == []

    _count_no_offers(platform)
    assert any(_who_gets_it(race, 12 + number) - {race.people[1]} for number in range(ROUNDS))
    assert platform.deadlocks() == 0


def test_a_killed_worker_loses_no_place(platform: Live) -> None:
    """Killed while it passes an offer on: the next one does."""
    race = Race(platform, clients=3)
    event, booking = _full(race, 8, waiting=2)
    cancel = {"userId": race.people[0], "cancellationReasonCode": "NoTime"}
    assert race.at_once(("PATCH", f"/v1/bookings/{booking.pk}/cancel", cancel)) == [(204, "")]
    with owner_connection(platform.database_name) as connection, connection.transaction():
        schema = _schema(platform)
        connection.execute(f'SELECT FROM "{schema}".bookings_event WHERE id = %s FOR UPDATE', [event.pk])
        with platform.inside():
            eventing.let_offers_expire()
        platform.start_worker()
        platform.start_beat()
        wait_until(platform.waits_for_a_lock, "the worker to pass it on")
        platform.stop("worker", how=signal.SIGKILL)
    assert _states(platform) == ["offered", "waiting"]

    platform.start_worker("other")

    wait_until(lambda: _states(platform) == ["expired", "offered"], "the next in line", seconds=60)
    with platform.inside():
        assert eventing.miscounted() == []


def _states(platform: Live) -> list[str]:
    with platform.inside():
        return list(WaitingPlace.objects.order_by("number").values_list("state", flat=True))


def _schema(platform: Live) -> str:
    with owner_connection(platform.database_name) as connection:
        found = connection.execute("SELECT schema_name FROM tenants_tenant WHERE slug = 'north'").fetchone()
    assert found
    return str(found[0])


def _count_no_offers(platform: Live) -> None:
    """From now on a place that is offered to somebody is free for all others too."""
    schema = _schema(platform)
    with owner_connection(platform.database_name) as connection:
        connection.execute(
            f'CREATE FUNCTION "{schema}".uncounted() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN '
            f'UPDATE "{schema}".bookings_event SET taken = taken - 1 WHERE id = NEW.event_id; RETURN NEW; END $$'
        )
        connection.execute(
            f'CREATE TRIGGER uncounted AFTER UPDATE ON "{schema}".bookings_waitingplace FOR EACH ROW '
            f"""WHEN (NEW.state = 'offered') EXECUTE FUNCTION "{schema}".uncounted()"""
        )
