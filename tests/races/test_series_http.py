"""Series, single events and bookings of one coach at the same moment, over HTTP, from several server processes."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from threading import Barrier
from typing import Any

import httpx
import pytest

from bookings.models import CoachBooking, Event
from scheduling.models import Reservation, StaffMember
from tests.support import cast
from tests.support.live import Live

pytestmark = pytest.mark.serial

SERIES, SINGLES, BOOKINGS, DAYS = 10, 20, 10, 40
Request = tuple[str, dict[str, Any], dict[str, str]]


def test_no_series_is_half_and_no_deadlock_reaches_anybody(platform: Live) -> None:
    with platform.inside():
        coach = cast.make_coach()
        cast.make_office_hour(coach)
        patients = [str(cast.make_client(f"Client{number}").person_id) for number in range(BOOKINGS)]
        token = cast.make_token()
    platform.start_web(processes=4)
    requests: list[Request] = [
        ("events/series", _series(coach, first=number, on_conflict="skip" if number % 2 else "fail"), {})
        for number in range(SERIES)
    ]
    requests += [("events", _event(coach, day=2 * number), {}) for number in range(SINGLES)]
    requests += [
        (
            f"coaches/{coach.person_id}/bookings",
            {"slot_at": cast.tomorrow_at(10, days=3 * number + 1).isoformat()},
            {"X-Current-User-Id": patient},
        )
        for number, patient in enumerate(patients)
    ]

    answers = _all_at_once(platform, token, requests)

    assert {answer.status_code for answer in answers} <= {201, 400, 409, 503}, Counter(
        answer.text for answer in answers if answer.status_code >= 500
    )
    assert all(answer.headers["Retry-After"] for answer in answers if answer.status_code == 503)
    won = [answer.json() for answer in answers if answer.status_code == 201]
    series = [said for said in won if "skipped" in said]
    assert series
    with platform.inside():
        # Whatever was told is there, whole, and nothing else is.
        told = {event["id"] for said in series for event in said["events"]}
        told |= {said["id"] for said in won if "freePlaces" in said}
        assert {str(pk) for pk in Event.objects.values_list("pk", flat=True)} == told
        assert all(len(said["events"]) + len(said["skipped"]) == DAYS for said in series)
        taken = Reservation.objects.filter(resource=coach.resource_id, active=True)
        assert taken.count() == len(told) + CoachBooking.objects.count()
        spans = sorted((one.during.lower, one.during.upper) for one in taken)
        assert all(before[1] <= after[0] for before, after in pairwise(spans))
    assert platform.deadlocks() == 0


def _all_at_once(platform: Live, token: str, requests: list[Request]) -> list[httpx.Response]:
    barrier = Barrier(len(requests))

    def send(request: Request) -> httpx.Response:
        path, body, more = request
        headers = {"Host": "north.test", "Authorization": f"Bearer {token}", **more}
        with httpx.Client(timeout=60) as client:
            barrier.wait(timeout=60)
            return client.post(f"{platform.url}/v1/{path}", json=body, headers=headers)

    with ThreadPoolExecutor(len(requests)) as pool:
        return list(pool.map(send, requests))


def _event(coach: StaffMember, *, day: int) -> dict[str, Any]:
    return {
        "coachId": str(coach.person_id),
        "startTime": cast.tomorrow_at(10, days=day + 1).isoformat(),
        "endTime": cast.tomorrow_at(11, days=day + 1).isoformat(),
        "timeslot": {
            "startTime": "10:00:00Z",
            "endTime": "11:00:00Z",
            "numberOfParticipants": 8,
            "slotType": "Offline",
            "ageFrom": 18,
            "ageTo": 99,
            "duration": 60,
            "price": 0,
            "priceCurrency": "RUB",
            "paymentMethod": "Cash",
        },
    }


def _series(coach: StaffMember, *, first: int, on_conflict: str) -> dict[str, Any]:
    return {**_event(coach, day=first), "rule": f"FREQ=DAILY;COUNT={DAYS}", "onConflict": on_conflict}
