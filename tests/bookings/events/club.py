"""What each run of the state machine begins with: events of two coaches, four people."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from bookings.models import DisputeReason, Event
from bookings.rules.events import Entry
from scheduling.models import Client
from scheduling.services.register_person import PersonData, register_client
from tests.bookings.events.model import Planned
from tests.support import cast, eventing
from tests.support.eventing import at

PEOPLE: Final = ["ada", "bob", "carol", "dan"]
AGES: Final = {"ada": 30, "carol": 25, "dan": 60}
# The instants at which something begins or ends; in between nothing is different.
CLOCK: Final = [at(7, 12), at(8, 10), at(8, 10, 30), at(8, 11), at(8, 12), at(8, 13)]


def planned() -> dict[str, Planned]:
    return {
        "alone": Planned(at(8, 10), 1, "ada"),
        "meanwhile": Planned(at(8, 10, 30), 1, "eve"),
        "after": Planned(at(8, 11), 2, "ada"),
        "asking": Planned(at(8, 12), 2, "eve", asks=True, oldest=40),
    }


@dataclass
class World:
    clients: dict[str, Client]
    events: dict[str, Event]
    reason: DisputeReason


def make_world() -> World:
    coaches = {"ada": cast.make_coach("Ada Coach"), "eve": cast.make_coach("Eve Coach")}
    # Ada coaches, and takes part in what others lead.
    ada = PersonData(given_name="Ada", email=coaches["ada"].person.email)
    clients = {
        "ada": register_client(person=ada, brand_id=cast.main_brand().pk),
        **{name: cast.make_client(f"{name.capitalize()} Client") for name in PEOPLE[1:]},
    }
    for name, age in AGES.items():
        eventing.make_person(clients[name], born=date(2029 - age, 12, 31))
    events = {
        name: eventing.make_event(
            coaches[event.coach],
            event.starts,
            places=event.capacity,
            needs_approval=event.asks,
            entry=Entry(age_to=event.oldest),
            now=CLOCK[0],
        )
        for name, event in planned().items()
    }
    return World(clients, events, eventing.make_reason())
