"""Deadlocks repeat the whole write; a lock that is not to be had ends in 503; nothing is stored half."""

import threading
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction

from api.models import IdempotencyRecord
from api.writes import TRIES
from bookings.api import viewsets
from bookings.models import CoachBooking
from bookings.services.book_coach import book_coach
from scheduling.models import Reservation
from tenants.context import activate
from tenants.resolution import resolve
from tests.api.scene import Scene, make_scene
from tests.support.committed import in_threads

BOOK = "POST /v1/coaches/<str:coach_id>/bookings"
KEYS = pytest.mark.parametrize("key", [{}, {"Idempotency-Key": "k"}], ids=["plain", "with-a-key"])


@pytest.fixture
def real(own_database: str) -> Scene:
    """The scene in a database where transactions commit."""
    north = resolve(host="north.test", number=None)
    assert north is not None
    activate(north)
    return make_scene(north)


def _book(scene: Scene, headers: dict[str, str]) -> Any:
    path = f"/v1/coaches/{scene.values['coaches.coach_id']}/bookings"
    return scene.rest.post(path, scene.bodies[BOOK], headers=headers)


def _failing(monkeypatch: pytest.MonkeyPatch, state: str, *, times: int) -> list[str]:
    """Makes the booking fail after its work was done, as a deadlock at the last statement would."""
    failures: list[str] = []

    def fail_first(**arguments: Any) -> CoachBooking:
        booking = book_coach(**arguments)
        if len(failures) < times:
            failures.append(state)
            cause = Exception(state)
            cause.sqlstate = state  # type: ignore[attr-defined]
            raise OperationalError from cause
        return booking

    monkeypatch.setattr(viewsets, "book_coach", fail_first)
    return failures


def _bookings() -> tuple[int, int, int]:
    return (
        CoachBooking.objects.filter(notes="Hello").count(),
        Reservation.objects.filter(subject_kind=CoachBooking.SUBJECT_KIND).count() - 2,  # those of the scene's own
        IdempotencyRecord.objects.count(),
    )


@KEYS
@pytest.mark.parametrize("state", ["40P01", "40001"])
def test_a_deadlock_repeats_the_whole(
    real: Scene, monkeypatch: pytest.MonkeyPatch, state: str, key: dict[str, str]
) -> None:
    failures = _failing(monkeypatch, state, times=TRIES - 1)

    answer = _book(real, key)

    assert answer.status_code == 201, answer.content
    assert len(failures) == TRIES - 1
    assert _bookings() == (1, 1, len(key))


@KEYS
def test_after_the_last_try_it_is_503_and_nothing_was_changed(
    real: Scene, monkeypatch: pytest.MonkeyPatch, key: dict[str, str]
) -> None:
    failures = _failing(monkeypatch, "40P01", times=TRIES + 1)

    answer = _book(real, key)

    assert (answer.status_code, answer.json()["error"]) == (503, "server_busy")
    assert answer["Retry-After"] == "1"
    assert len(failures) == TRIES
    assert _bookings() == (0, 0, 0)


@KEYS
@pytest.mark.parametrize("state", ["55P03", "57014", "57P01", "08006", "53300"])
def test_what_will_pass_is_503_at_once(
    real: Scene, monkeypatch: pytest.MonkeyPatch, state: str, key: dict[str, str]
) -> None:
    failures = _failing(monkeypatch, state, times=1)

    answer = _book(real, key)

    assert (answer.status_code, answer["Retry-After"]) == (503, "1")
    assert len(failures) == 1
    assert _bookings() == (0, 0, 0)


@KEYS
def test_a_bug_is_500_and_leaves_nothing(real: Scene, monkeypatch: pytest.MonkeyPatch, key: dict[str, str]) -> None:
    def broken(**arguments: Any) -> None:
        book_coach(**arguments)
        raise ZeroDivisionError

    monkeypatch.setattr(viewsets, "book_coach", broken)

    assert _book(real, key).status_code == 500
    assert _bookings() == (0, 0, 0)


def test_a_process_that_dies_at_work_leaves_nothing_and_the_key_can_be_used_again(
    real: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(**arguments: Any) -> None:
        book_coach(**arguments)
        connection.connection.close()  # the server sees what a killed process leaves
        raise SystemExit

    with monkeypatch.context() as dying:
        dying.setattr(viewsets, "book_coach", killed)
        with pytest.raises(SystemExit):
            _book(real, {"Idempotency-Key": "k"})
    connection.close()

    assert _bookings() == (0, 0, 0)
    answer = _book(real, {"Idempotency-Key": "k"})
    assert answer.status_code == 201
    assert "Idempotent-Replayed" not in answer


def test_a_row_that_somebody_else_has_locked_is_503_within_the_lock_timeout(real: Scene) -> None:
    locked, done = threading.Event(), threading.Event()
    path = f"/v1/bookings/{real.values['bookings.id']}"

    def holder() -> None:
        activate(real.rest.tenant)
        with transaction.atomic():
            CoachBooking.objects.select_for_update().get(pk=real.values["bookings.id"])
            locked.set()
            assert done.wait(timeout=30)

    def caller() -> Any:
        assert locked.wait(timeout=30)
        try:
            return real.rest.delete(path)
        finally:
            done.set()

    _, answer = in_threads(holder, caller)

    assert (answer.status_code, answer.json()["error"]) == (503, "server_busy")
    assert answer["Retry-After"] == "1"
    assert real.rest.delete(path).status_code == 200


@KEYS
def test_an_answer_that_cannot_be_written_undoes_the_work(
    real: Scene, monkeypatch: pytest.MonkeyPatch, key: dict[str, str]
) -> None:
    monkeypatch.setattr("bookings.api.serializers.booking_json", lambda *_, **__: {"id": object()})

    assert _book(real, key).status_code == 500
    assert _bookings() == (0, 0, 0)
