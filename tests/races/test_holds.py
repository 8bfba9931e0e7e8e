"""Many hold, or book, the same time at the same moment, over HTTP, from several server processes.

Each race counts because it can be lost: without the constraint in question the same requests break the promise.
"""

import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier
from typing import Any

import httpx
import pytest
from django.db import transaction

from bookings.models import CoachBooking
from scheduling.models import Hold, Reservation
from scheduling.services.hold_time import PLACES_OF_A_PERSON
from tenants.context import use
from tenants.errors import DomainError
from tests.support import cast
from tests.support.committed import in_threads
from tests.support.database import owner_connection
from tests.support.live import Live

pytestmark = pytest.mark.serial

STAFF = 5
CLIENTS = 100
Request = tuple[str, dict[str, Any], str]


@pytest.fixture
def desk(platform: Live) -> "Desk":
    return Desk(platform)


class Desk:
    """Five staff members who offer one service and office hours, a hundred clients, and their requests, which all
    start when the last of them is ready."""

    def __init__(self, platform: Live) -> None:
        self.platform = platform
        with platform.inside():
            coaches = [cast.make_coach(f"Ada{number}") for number in range(STAFF)]
            service = cast.make_service(coaches[0])
            for coach in coaches[1:]:
                cast.make_service(coach, code=f"own-{coach.pk}")
                service.staff.add(coach)
            cast.make_office_hour(coaches[0])
            self.clients = [str(cast.make_client(f"Client{number}").person_id) for number in range(CLIENTS)]
            self.token = cast.make_token()
        self.service, self.coaches = service, coaches
        platform.start_web(processes=4)

    def hold(self, client: str, *, hour: int = 10, **more: Any) -> Request:
        start = cast.tomorrow_at(hour).isoformat()
        return "/v1/holds", {"service_id": str(self.service.pk), "start_at": start, **more}, client

    def book(self, client: str) -> Request:
        return (
            f"/v1/coaches/{self.coaches[0].person_id}/bookings",
            {"slot_at": cast.tomorrow_at(10).isoformat()},
            client,
        )

    def send(self, requests: list[Request]) -> Counter[int]:
        barrier = Barrier(len(requests))

        def one(request: Request) -> int:
            path, body, client = request
            headers = {"Host": "north.test", "Authorization": f"Bearer {self.token}", "X-Current-User-Id": client}
            with httpx.Client(timeout=120) as http:
                barrier.wait(timeout=60)
                return http.post(self.platform.url + path, json=body, headers=headers).status_code

        with ThreadPoolExecutor(len(requests)) as pool:
            return Counter(pool.map(one, requests))


def _held(desk: Desk) -> list[int]:
    with desk.platform.inside():
        assert Reservation.objects.filter(active=True).count() == Hold.objects.count() + CoachBooking.objects.count()
        return sorted(Hold.objects.values_list("staff_member_id", flat=True))


def test_of_100_clients_who_leave_the_choice_to_us_each_of_5_staff_members_gets_one(desk: Desk) -> None:
    answers = desk.send([desk.hold(client) for client in desk.clients])

    assert answers == Counter({201: STAFF, 409: CLIENTS - STAFF})
    assert _held(desk) == sorted(coach.pk for coach in desk.coaches)


def test_without_the_constraint_more_than_5_get_one(desk: Desk) -> None:
    _drop(desk.platform.database_name, "scheduling_reservation", "reservation_no_overlap")

    # Two processes meet by chance: at one of so many hours they do.
    answers = (desk.send([desk.hold(client, hour=hour) for client in desk.clients]) for hour in range(9, 17))
    assert any(answer[201] > STAFF for answer in answers)


def _both(desk: Desk) -> list[Request]:
    of_ada: dict[str, Any] = {"staff_ids": [str(desk.coaches[0].person_id)]}
    ways: list[Callable[[str], Request]] = [desk.book, lambda client: desk.hold(client, **of_ada)]
    return [ways[number % 2](client) for number, client in enumerate(desk.clients)]


def test_of_a_hold_and_a_booking_at_once_one_gets_the_time(desk: Desk) -> None:
    answers = desk.send(_both(desk))

    assert answers == Counter({201: 1, 409: CLIENTS - 1})


def test_without_the_constraint_both_get_it(desk: Desk) -> None:
    _drop(desk.platform.database_name, "scheduling_reservation", "reservation_no_overlap")

    assert desk.send(_both(desk))[201] > 1


def _greedy(desk: Desk) -> list[Request]:
    return [desk.hold(desk.clients[0], hour=9 + number % 8) for number in range(24)]


def test_nobody_gets_more_places_by_asking_at_once(desk: Desk) -> None:
    answers = desk.send(_greedy(desk))

    assert answers == Counter({201: PLACES_OF_A_PERSON, 409: 24 - PLACES_OF_A_PERSON})


def test_who_asks_for_the_last_place_waits_for_who_is_getting_it(two_at_once: Callable[[], list[str]]) -> None:
    assert two_at_once() == ["held", "too_many_holds"]


def test_without_the_constraint_both_get_the_last_place(two_at_once: Callable[[], list[str]], database: str) -> None:
    _drop(database, "scheduling_hold", "hold_place_once")

    assert two_at_once() == ["held", "held"]


@pytest.fixture
def two_at_once(tenant: Any) -> Callable[[], list[str]]:
    """Two holds of one holder with one place: the second begins when the first is made and not yet committed."""
    with use(tenant):
        service = cast.make_service(cast.make_coach())
    made, waits = threading.Event(), 0.5

    def hold(hour: int, *, is_first: bool) -> str:
        with use(tenant):
            try:
                with transaction.atomic():
                    if not is_first:
                        assert made.wait(timeout=30)
                    cast.make_hold(service, cast.tomorrow_at(hour), holder="person:bob", places=1)
                    made.set()
                    time.sleep(waits if is_first else 0)
            except DomainError as error:
                return error.code
        return "held"

    return lambda: in_threads(partial(hold, 9, is_first=True), partial(hold, 10, is_first=False))


def _drop(database: str, table: str, constraint: str) -> None:
    with owner_connection(database) as connection:
        (schema,) = connection.execute("SELECT schema_name FROM tenants_tenant WHERE slug = 'north'").fetchone() or (
            "",
        )
        connection.execute(f'ALTER TABLE "{schema}".{table} DROP CONSTRAINT {constraint}')
