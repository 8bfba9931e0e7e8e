"""Two requests with one Idempotency-Key at the same time: the work is done once."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from api.models import IdempotencyRecord
from bookings.api import viewsets
from bookings.models import CoachBooking
from bookings.services.book_coach import book_coach
from tenants.context import activate
from tenants.resolution import resolve
from tests.api.scene import Scene, make_scene
from tests.support.committed import in_threads, pointed_at
from tests.support.live import Live

BOOK = "POST /v1/coaches/<str:coach_id>/bookings"


def _scene() -> Scene:
    north = resolve(host="north.test", number=None)
    assert north is not None
    activate(north)
    return make_scene(north)


def _book(scene: Scene) -> Any:
    path = f"/v1/coaches/{scene.values['coaches.coach_id']}/bookings"
    return scene.rest.post(path, scene.bodies[BOOK], headers={"Idempotency-Key": "twin"})


def test_the_twin_of_a_request_under_way_is_told_to_come_back_and_then_gets_its_answer(
    own_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = _scene()
    at_work, twin_is_back = threading.Event(), threading.Event()

    def slow(**arguments: Any) -> CoachBooking:
        booking = book_coach(**arguments)
        at_work.set()
        assert twin_is_back.wait(timeout=30)
        return booking

    monkeypatch.setattr(viewsets, "book_coach", slow)

    def twin() -> Any:
        assert at_work.wait(timeout=30)
        try:
            return _book(scene)
        finally:
            twin_is_back.set()

    first, second = in_threads(lambda: _book(scene), twin)

    assert first.status_code == 201
    assert (second.status_code, second.json()["error"]) == (409, "idempotency_in_progress")
    assert second["Retry-After"] == "1"
    again = _book(scene)
    assert (again.content, again["Idempotent-Replayed"]) == (first.content, "true")
    assert CoachBooking.objects.filter(notes="Hello").count() == IdempotencyRecord.objects.count() == 1


@pytest.fixture
def served(django_db_setup: None, platform: Live, django_db_blocker: Any) -> Iterator[tuple[Live, Scene]]:
    with pointed_at(platform.database_name, django_db_blocker):
        scene = _scene()
        platform.start_web(processes=2)
        yield platform, scene


@pytest.mark.serial
def test_many_twins_over_http_make_one_booking(served: tuple[Live, Scene]) -> None:
    platform, scene = served
    together = threading.Barrier(8)

    def post(_: int) -> httpx.Response:
        together.wait(timeout=30)
        return httpx.post(
            f"{platform.url}/v1/coaches/{scene.values['coaches.coach_id']}/bookings",
            json=scene.bodies[BOOK],
            headers={**scene.rest.headers, "Host": "north.test", "Idempotency-Key": "twin"},
            timeout=30,
        )

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(post, range(8)))

    made = [answer for answer in answers if answer.status_code == 201]
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert all(a.json()["error"] == "idempotency_in_progress" for a in answers if a.status_code == 409)
    assert all(a.headers["Retry-After"] for a in answers if a.status_code == 409)
    assert len({answer.content for answer in made}) == 1
    assert ["Idempotent-Replayed" in answer.headers for answer in made].count(False) == 1
    assert CoachBooking.objects.filter(notes="Hello").count() == 1
