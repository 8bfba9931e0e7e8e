"""Visits that many want at the same moment, over HTTP, from several server processes.

Each race counts because it can be lost: the same requests without the guard in question break the promise.
"""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from threading import Barrier
from typing import Any

import httpx
import pytest

from bookings.models import CoachBooking
from scheduling.models import Client, Reservation, Service, StaffMember
from tests.support import cast, visiting
from tests.support.database import owner_connection
from tests.support.live import Live
from visits.models import Slot, Visit

pytestmark = pytest.mark.serial

CLIENTS = 100
ROUNDS = 10
HOST = {"Host": "north.test"}
GUARDS = {
    "scheduling_reservation": "CONSTRAINT reservation_no_overlap",
    "visits_visit": "visit_once_per_slot",
}

Request = tuple[str, dict[str, Any]]


class Race:
    """Requests of a service that all start when the last of them is ready."""

    def __init__(self, platform: Live) -> None:
        self.platform = platform
        with platform.inside():
            self.token = cast.make_token()
            self.brand = str(cast.main_brand().pk)
            self.service = visiting.make_visit_type()
            self.patients = [cast.make_client(f"Client{number}") for number in range(20)]
        platform.start_web(processes=4)

    def at_once(self, *requests: Request) -> list[int]:
        barrier = Barrier(len(requests))

        def post(request: Request) -> int:
            path, body = request
            headers = {**HOST, "Authorization": f"Bearer {self.token}"}
            if acting := body.get("acting_for"):
                headers["X-Current-User-Id"] = str(acting)
            with httpx.Client(timeout=60) as client:
                barrier.wait(timeout=60)
                return client.post(self.platform.url + path, json=body, headers=headers).status_code

        with ThreadPoolExecutor(len(requests)) as pool:
            return list(pool.map(post, requests))

    def visit(self, **wanted: Any) -> Request:
        patient: Client = wanted.pop("patient", self.patients[0])
        body = {"brand_id": self.brand, "patient_id": str(patient.person_id), "visit_type": self.service.code}
        return "/v1/visits", {**body, **{name: str(value) for name, value in wanted.items()}}

    def drop_the_guards(self, *tables: str) -> None:
        with owner_connection(self.platform.database_name) as connection:
            found: Any = connection.execute("SELECT schema_name FROM tenants_tenant WHERE slug = 'north'").fetchone()
            (schema,) = found
            for table in tables:
                what = GUARDS[table]
                connection.execute(
                    f'ALTER TABLE "{schema}".{table} DROP {what}'
                    if what.startswith("CONSTRAINT")
                    else f'DROP INDEX "{schema}".{what}'
                )


@pytest.fixture
def race(platform: Live) -> Race:
    return Race(platform)


def _hundred_for_five(race: Race, start: datetime) -> Counter[int]:
    with race.platform.inside():
        providers = list(StaffMember.objects.all()) or [visiting.make_provider(f"Pia{n}") for n in range(5)]
        for provider in providers:
            visiting.make_slot(provider, start)
    requests = [
        race.visit(patient=race.patients[number % len(race.patients)], start_time=start.isoformat())
        for number in range(CLIENTS)
    ]
    return Counter(race.at_once(*requests))


def test_of_100_clients_of_5_providers_exactly_5_get_a_visit(race: Race) -> None:
    start = cast.tomorrow_at(9)

    assert _hundred_for_five(race, start) == Counter({201: 5, 409: CLIENTS - 5})

    with race.platform.inside():
        assert Visit.objects.filter(starts_at=start).values("provider").distinct().count() == 5
        assert Reservation.objects.filter(active=True).count() == 5
        assert any(visit.assignment for visit in Visit.objects.all())
    race.drop_the_guards(*GUARDS)
    assert _hundred_for_five(race, cast.tomorrow_at(11))[201] > 5


def _two_into_one(race: Race, number: int) -> list[int]:
    with race.platform.inside():
        provider = visiting.make_provider(f"Pia{number}")
        wanted = visiting.make_slot(provider, cast.tomorrow_at(12))
        visits = [
            visiting.make_visit(
                visiting.make_slot(provider, cast.tomorrow_at(hour)),
                race.patients[0],
                Service.objects.get(pk=race.service.pk),
            )
            for hour in (9, 10)
        ]
    body = {"new_slot_id": str(wanted.pk)}
    return sorted(race.at_once(*[(f"/v1/visits/{visit.pk}/reschedule", body) for visit in visits]))


def test_of_two_visits_that_are_moved_into_one_slot_one_gets_it(race: Race) -> None:
    for number in range(ROUNDS):
        assert _two_into_one(race, number) == [200, 409]
    with race.platform.inside():
        assert Visit.objects.filter(starts_at=cast.tomorrow_at(12)).count() == ROUNDS
        assert _holders() == _standing()

    race.drop_the_guards(*GUARDS)

    assert any(_two_into_one(race, ROUNDS + number) == [200, 200] for number in range(3 * ROUNDS))


def test_a_visit_is_cancelled_whether_it_was_moved_before_or_not(race: Race) -> None:
    """Without the lock on the visit: tests/races/test_changing_visits.py."""
    seen: set[tuple[int, ...]] = set()
    for number in range(ROUNDS):
        with race.platform.inside():
            provider = visiting.make_provider(f"Pia{number}")
            old, new = (visiting.make_slot(provider, cast.tomorrow_at(hour)) for hour in (9, 10))
            visit = visiting.make_visit(old, race.patients[0], Service.objects.get(pk=race.service.pk))
        path = f"/v1/visits/{visit.pk}"
        moved, cancelled = race.at_once((f"{path}/reschedule", {"new_slot_id": str(new.pk)}), (f"{path}/cancel", {}))
        seen.add((moved, cancelled))
        with race.platform.inside():
            assert Visit.objects.get(pk=visit.pk).status == "cancelled"
            assert not Reservation.objects.filter(active=True).exists()
            assert Slot.objects.filter(visits__status="scheduled").count() == 0
    assert seen <= {(200, 200), (412, 200)}


def _visit_and_booking(race: Race, number: int) -> list[int]:
    with race.platform.inside():
        provider = visiting.make_provider(f"Pia{number}")
        cast.make_office_hour(provider)
        slot = visiting.make_slot(provider, cast.tomorrow_at(9))
    booking = {"slot_at": cast.tomorrow_at(9).isoformat(), "acting_for": race.patients[1].person_id.hex}
    return sorted(race.at_once(race.visit(slot_id=slot.pk), (f"/v1/coaches/{provider.person_id}/bookings", booking)))


def test_a_visit_and_a_coach_booking_do_not_get_the_same_time_of_one_person(race: Race) -> None:
    for number in range(ROUNDS):
        assert _visit_and_booking(race, number) == [201, 409]
    with race.platform.inside():
        assert Visit.objects.count() + CoachBooking.objects.count() == ROUNDS

    race.drop_the_guards("scheduling_reservation")

    assert any(_visit_and_booking(race, ROUNDS + number) == [201, 201] for number in range(3 * ROUNDS))


def _holders() -> set[Any]:
    return set(Reservation.objects.filter(active=True).values_list("subject_id", flat=True))


def _standing() -> set[Any]:
    return set(Visit.objects.exclude(status="cancelled").values_list("pk", flat=True))
