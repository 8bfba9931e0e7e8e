"""Many clients want one slot at the same moment, over HTTP, from several server processes.

The race counts because it can be lost: without the exclusion constraint the same requests book the slot
many times over.
"""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import httpx
import pytest

from bookings.models import CoachBooking
from scheduling.models import Reservation
from tests.support import cast
from tests.support.database import owner_connection
from tests.support.live import Live

pytestmark = pytest.mark.serial

REQUESTS = 200
PATIENTS = 20
HOST = {"Host": "north.test"}


def test_exactly_one_of_200_requests_gets_the_slot(platform: Live) -> None:
    race = Race(platform)
    answers = race.run()
    assert answers == Counter({201: 1, 409: REQUESTS - 1})
    with platform.inside():
        assert CoachBooking.objects.count() == 1
        assert Reservation.objects.filter(active=True).count() == 1
    assert platform.deadlocks() == 0


def test_without_the_constraint_the_slot_is_booked_more_than_once(platform: Live) -> None:
    race = Race(platform)
    with owner_connection(platform.database_name) as connection:
        (schema,) = connection.execute("SELECT schema_name FROM tenants_tenant WHERE slug = 'north'").fetchone() or (
            "",
        )
        connection.execute(f'ALTER TABLE "{schema}".scheduling_reservation DROP CONSTRAINT reservation_no_overlap')
    answers = race.run()
    assert answers[201] > 1


class Race:
    """One coach, one slot, and requests that all start when the last of them is ready."""

    def __init__(self, platform: Live) -> None:
        self.platform = platform
        with platform.inside():
            coach = cast.make_coach()
            cast.make_office_hour(coach)
            self.path = f"/v1/coaches/{coach.person_id}/bookings"
            self.patients = [str(cast.make_client(f"Client{n}").person_id) for n in range(PATIENTS)]
            self.token = cast.make_token()
        self.slot = cast.tomorrow_at(9).isoformat()
        platform.start_web(processes=4)

    def run(self) -> Counter[int]:
        barrier = Barrier(REQUESTS)

        def book(number: int) -> int:
            headers = {
                **HOST,
                "Authorization": f"Bearer {self.token}",
                "X-Current-User-Id": self.patients[number % PATIENTS],
            }
            with httpx.Client(timeout=60) as client:
                barrier.wait(timeout=60)
                return client.post(
                    self.platform.url + self.path, json={"slot_at": self.slot}, headers=headers
                ).status_code

        with ThreadPoolExecutor(REQUESTS) as pool:
            return Counter(pool.map(book, range(REQUESTS)))
