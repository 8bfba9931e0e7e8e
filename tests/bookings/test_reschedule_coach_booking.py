"""POST /v1/bookings/{id}/reschedule: who moves what, whereto, until when, and what becomes of its messages."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine

from bookings.models import CoachBooking
from bookings.services.cancel_coach_booking import cancel_coach_booking
from bookings.services.record_attendance import record_attendance
from bookings.services.reschedule_coach_booking import reschedule_coach_booking
from notifications.models import Message, Rule
from scheduling.models import Client, Closure, Reservation, StaffMember
from scheduling.rules.wall_time import rfc3339
from tests.support import cast
from tests.support.http import Rest

SLOT, OTHER = cast.tomorrow_at(9), cast.tomorrow_at(11)
HOUR = timedelta(hours=1)


@pytest.fixture
def booking(coach: StaffMember, patient: Client) -> CoachBooking:
    cast.make_office_hour(coach)
    return cast.make_booking(coach, patient, slot_at=SLOT)


@pytest.fixture
def _tells_of_moves(north: Any) -> None:
    Rule.objects.filter(event="rescheduled").delete()
    Rule.objects.create(event="rescheduled")
    Rule.objects.create(event="before_start", offset_minutes=60)


def _move(rest: Rest, booking: CoachBooking, slot_at: Any = OTHER, **headers: str) -> Any:
    return rest.post(f"/v1/bookings/{booking.pk}/reschedule", {"slot_at": slot_at.isoformat()}, headers=headers)


def _said(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]


def _held(booking: CoachBooking) -> list[Any]:
    rows = Reservation.objects.filter(subject_id=booking.pk, active=True)
    return [(row.during.lower, row.during.upper) for row in rows]


def test_the_patient_moves_it_and_gets_the_booking_back(as_patient: Rest, booking: CoachBooking) -> None:
    answer = _move(as_patient, booking)

    assert (answer.status_code, answer["ETag"]) == (200, '"2"')
    assert (answer.json()["slot_at"], answer.json()["status"]) == (rfc3339(OTHER), "booked")
    booking.refresh_from_db()
    assert (booking.starts_at, booking.version, booking.schedule_version) == (OTHER, 2, 1)
    assert _held(booking) == [(OTHER, OTHER + HOUR / 2)]


def test_the_coach_and_a_service_that_manages_bookings_move_it(
    north: Any, as_coach: Rest, booking: CoachBooking
) -> None:
    assert _move(as_coach, booking).status_code == 200
    service = Rest(north, cast.make_token(scopes=["manage:bookings"]))
    assert _move(service, booking, OTHER + HOUR).status_code == 200


def test_another_client_moves_nothing(north: Any, booking: CoachBooking) -> None:
    carol = Rest(north, cast.make_token(user=cast.make_user(cast.make_client("Carol Client"))))

    assert _said(_move(carol, booking)) == (403, "foreign_booking")
    assert _held(booking) == [(SLOT, SLOT + HOUR / 2)]


def test_the_old_time_is_free_for_others(north: Any, as_patient: Rest, booking: CoachBooking) -> None:
    _move(as_patient, booking)

    assert cast.make_booking(booking.coach, cast.make_client("Carol Client"), slot_at=SLOT).pk


@pytest.mark.usefixtures("_tells_of_moves")
def test_what_was_planned_for_the_old_time_is_dropped_and_the_new_one_told(
    as_patient: Rest, booking: CoachBooking
) -> None:
    Message.objects.all().delete()
    _move(as_patient, booking)
    _move(as_patient, booking, OTHER + HOUR)

    rows = Message.objects.order_by("schedule_version", "event")
    assert [(row.event, row.state, row.schedule_version, row.wanted_at) for row in rows] == [
        ("before_start", "superseded", 1, OTHER - HOUR),
        ("rescheduled", "superseded", 1, rows[1].wanted_at),
        ("before_start", "planned", 2, OTHER),
        ("rescheduled", "planned", 2, rows[3].wanted_at),
    ]
    assert rows[0].reason == "The booking was moved."


@pytest.mark.usefixtures("_tells_of_moves")
def test_to_where_it_is_changes_nothing_and_tells_nobody(as_patient: Rest, booking: CoachBooking) -> None:
    before = list(Message.objects.values_list("pk", "state"))

    answer = _move(as_patient, booking, SLOT)

    assert (answer.status_code, answer["ETag"]) == (200, '"1"')
    assert list(Message.objects.values_list("pk", "state")) == before


def test_a_taken_slot_is_refused_and_the_old_time_kept(as_patient: Rest, booking: CoachBooking) -> None:
    cast.make_booking(booking.coach, cast.make_client("Carol Client"), slot_at=OTHER)

    answer = _move(as_patient, booking)

    assert _said(answer) == (409, "slot_taken")
    free = ", ".join(rfc3339(OTHER + timedelta(minutes=offset)) for offset in (-60, -30, 30))
    assert answer.json()["message"].endswith(f"Free: {free}.")
    booking.refresh_from_db()
    assert (booking.starts_at, booking.version) == (SLOT, 1)
    assert _held(booking) == [(SLOT, SLOT + HOUR / 2)]


def test_its_own_time_is_free_for_a_move(north: Any, as_patient: Rest, coach: StaffMember, patient: Client) -> None:
    cast.make_office_hour(coach, duration_minutes=60)
    cast.make_office_hour(coach, duration_minutes=45, on=SLOT.date(), start_time=(SLOT + HOUR / 2).time())
    booking = cast.make_booking(coach, patient, slot_at=SLOT)

    answer = _move(as_patient, booking, SLOT + HOUR / 2)

    assert answer.status_code == 200, answer.content
    assert answer.json()["duration_minutes"] == 45
    assert _held(booking) == [(SLOT + HOUR / 2, SLOT + 1.25 * HOUR)]


@pytest.mark.parametrize(
    ("slot_at", "status", "code"),
    [
        (SLOT.replace(hour=20), 404, "office_hour_not_found"),
        (SLOT + timedelta(minutes=5), 409, "slot_off_grid"),
        (SLOT - timedelta(days=2), 409, "slot_past"),
        (SLOT + timedelta(days=800), 409, "slot_too_far"),
        (SLOT + timedelta(days=3), 409, "slot_closed"),
    ],
)
def test_what_is_no_slot_for_a_booking_is_none_for_a_move(
    as_patient: Rest, booking: CoachBooking, slot_at: Any, status: int, code: str
) -> None:
    day = (SLOT + timedelta(days=3)).date()
    Closure.objects.create(name="Holiday", starts_on=day, ends_on=day)

    assert _said(_move(as_patient, booking, slot_at)) == (status, code)
    assert _held(booking) == [(SLOT, SLOT + HOUR / 2)]


def test_the_notice_of_the_office_hour_counts(as_patient: Rest, coach: StaffMember, patient: Client) -> None:
    cast.make_office_hour(coach, notice_minutes=60 * 24 * 5)
    booking = cast.make_booking(coach, patient, slot_at=SLOT + timedelta(days=9), now=SLOT - timedelta(days=1))

    assert _said(_move(as_patient, booking)) == (409, "slot_too_soon")


def test_a_coach_who_no_longer_works_is_not_moved_to(as_patient: Rest, booking: CoachBooking) -> None:
    StaffMember.objects.update(is_active=False)

    assert _said(_move(as_patient, booking)) == (404, "coach_not_found")


def test_once_it_has_begun_nobody_moves_it(north: Any, booking: CoachBooking) -> None:
    with time_machine.travel(SLOT, tick=False):
        token = cast.make_token()
        for acting in (booking.client, booking.coach):
            answer = _move(Rest(north, token), booking, **{"X-Current-User-Id": str(acting.person_id)})
            assert _said(answer) == (412, "not_reschedulable")
            assert "booked and has begun" in answer.json()["message"]


def test_what_was_cancelled_or_took_place_is_not_moved(as_service: Rest, booking: CoachBooking, coach: Any) -> None:
    other = cast.make_booking(coach, cast.make_client("Carol Client"), slot_at=OTHER)
    cancel_coach_booking(booking=booking, reason="", as_staff=True, now=SLOT - HOUR)
    record_attendance(booking=other, came=True, now=OTHER)

    assert _said(_move(as_service, booking, OTHER + HOUR)) == (412, "not_reschedulable")
    assert _said(_move(as_service, other, OTHER + HOUR)) == (412, "not_reschedulable")


def test_another_version_than_the_expected_one_is_not_moved(as_patient: Rest, booking: CoachBooking) -> None:
    assert _said(_move(as_patient, booking, **{"If-Match": '"7"'})) == (412, "version_mismatch")
    assert _move(as_patient, booking, **{"If-Match": '"1"'}).status_code == 200


def test_sent_again_with_its_key_it_moves_once(as_patient: Rest, booking: CoachBooking) -> None:
    first = _move(as_patient, booking, **{"Idempotency-Key": "k"})
    again = _move(as_patient, booking, **{"Idempotency-Key": "k"})

    assert again["Idempotent-Replayed"] == "true"
    assert first.json() == again.json()
    booking.refresh_from_db()
    assert booking.version == 2


@pytest.mark.parametrize("slot_at", [None, "", "tomorrow", 5, "2030-01-07T10:00:00"])
def test_a_bad_slot_is_named(as_patient: Rest, booking: CoachBooking, slot_at: Any) -> None:
    answer = as_patient.post(f"/v1/bookings/{booking.pk}/reschedule", {"slot_at": slot_at})

    assert _said(answer) == (400, "validation_error")
    assert answer.json()["message"].startswith("slot_at: ")


@pytest.mark.parametrize("step", ["reschedule", "complete", "no-show"])
def test_an_unknown_booking_is_not_found(as_service: Rest, step: str) -> None:
    path = f"/v1/bookings/00000000-0000-4000-8000-000000000000/{step}"

    assert _said(as_service.post(path, {"slot_at": OTHER.isoformat()})) == (404, "booking_not_found")


def test_a_move_costs_so_many_statements(booking: CoachBooking, django_assert_num_queries: Any) -> None:
    now = SLOT - HOUR
    # Savepoint and release twice (ours and the ledger's); the booking; who meets; the offers; the ledger's lock,
    # release and insert; the booking's update; what is dropped, the rules, what is planned, and the hint is none.
    with django_assert_num_queries(15):
        reschedule_coach_booking(booking=booking, slot_at=OTHER, now=now)
