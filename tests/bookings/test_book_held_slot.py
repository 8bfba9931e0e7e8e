"""POST /v1/coaches/{coachId}/bookings with `hold_id`: time that was held is booked by its holder alone."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db.models import F

from bookings.models import CoachBooking, OfficeHour
from scheduling.models import Client, Hold, Reservation, StaffMember
from tests.support import cast
from tests.support.http import Rest


@pytest.fixture
def office_hour(coach: StaffMember) -> OfficeHour:
    return cast.make_office_hour(coach)


@pytest.fixture
def slot() -> datetime:
    return cast.tomorrow_at(9)


def _hold(rest: Rest, service: Any, start: datetime) -> str:
    answer = rest.post("/v1/holds", {"service_id": str(service.pk), "start_at": start.isoformat()})
    assert answer.status_code == 201, answer.content
    return str(answer.json()["id"])


def _book(rest: Rest, coach: StaffMember, slot: datetime, hold_id: Any = None, **headers: str) -> Any:
    sent = {"slot_at": slot.isoformat(), **({} if hold_id is None else {"hold_id": hold_id})}
    return rest.post(f"/v1/coaches/{coach.person_id}/bookings", sent, headers=headers)


def _said(answer: Any) -> tuple[int, str]:
    assert set(answer.json()) == {"error", "message"}
    return answer.status_code, answer.json()["error"]


def _expire(hold_id: str) -> None:
    for model, key in ((Hold, "pk"), (Reservation, "subject_id")):
        model.objects.filter(**{key: hold_id}).update(expires_at=F("expires_at") - timedelta(minutes=11))


def test_a_held_slot_is_booked_by_its_holder_and_by_nobody_else(
    north: Any, as_patient: Rest, patient: Client, coach: StaffMember, office_hour: OfficeHour
) -> None:
    slot = cast.tomorrow_at(9)
    hold_id = _hold(as_patient, office_hour, slot)
    as_carol = Rest(north, cast.make_token(user=cast.make_user(cast.make_client("Carol Client"))))

    assert _said(_book(as_carol, coach, slot)) == (409, "coach_busy")
    assert _said(_book(as_carol, coach, slot, hold_id)) == (404, "hold_not_found")
    answer = _book(as_patient, coach, slot, hold_id)

    assert answer.status_code == 201, answer.content
    booking = CoachBooking.objects.get()
    assert (booking.office_hour, booking.client, booking.starts_at) == (office_hour, patient, slot)
    assert not Hold.objects.exists()
    taken = Reservation.objects.get(active=True)
    assert (taken.subject_kind, taken.subject_id, taken.expires_at) == ("coach_booking", booking.pk, None)
    assert (taken.during.lower, taken.during.upper) == (booking.starts_at, booking.ends_at)


def test_what_was_confirmed_or_released_is_gone(
    as_patient: Rest, coach: StaffMember, office_hour: OfficeHour, slot: datetime
) -> None:
    confirmed = _hold(as_patient, office_hour, slot)
    assert _book(as_patient, coach, slot, confirmed).status_code == 201
    released = _hold(as_patient, office_hour, cast.tomorrow_at(10))
    assert as_patient.delete(f"/v1/holds/{released}").status_code == 204

    for hold_id in (confirmed, released):
        assert _said(_book(as_patient, coach, cast.tomorrow_at(11), hold_id)) == (404, "hold_not_found")
    assert CoachBooking.objects.count() == 1


def test_a_hold_of_something_else_is_refused_and_kept(
    as_patient: Rest, coach: StaffMember, office_hour: OfficeHour, slot: datetime
) -> None:
    other = cast.make_coach("Eve Other")
    cast.make_office_hour(other)
    service = cast.make_service(coach)
    hold_id, of_service = _hold(as_patient, office_hour, slot), _hold(as_patient, service, cast.tomorrow_at(11))

    for answer in (
        _book(as_patient, coach, cast.tomorrow_at(10), hold_id),
        _book(as_patient, other, slot, hold_id),
        _book(as_patient, coach, cast.tomorrow_at(11), of_service),
    ):
        assert _said(answer) == (409, "hold_mismatch")
    assert Hold.objects.count() == 2
    assert _book(as_patient, coach, slot, hold_id).status_code == 201


def test_what_has_expired_is_booked_only_while_it_is_free(
    as_patient: Rest, coach: StaffMember, office_hour: OfficeHour, slot: datetime
) -> None:
    late, lost = _hold(as_patient, office_hour, slot), _hold(as_patient, office_hour, cast.tomorrow_at(10))
    _expire(late)
    _expire(lost)
    cast.make_booking(coach, cast.make_client("Carol Client"), slot_at=cast.tomorrow_at(10))

    assert _said(_book(as_patient, coach, cast.tomorrow_at(10), lost)) == (409, "slot_taken")
    assert _book(as_patient, coach, slot, late).status_code == 201
    assert Reservation.objects.filter(active=True).count() == 2


def test_who_held_it_in_time_is_not_too_late(
    as_patient: Rest, coach: StaffMember, office_hour: OfficeHour, slot: datetime
) -> None:
    hold_id = _hold(as_patient, office_hour, slot)
    OfficeHour.objects.update(notice_minutes=60)
    early = slot - timedelta(minutes=61)
    Hold.objects.update(created_at=early)
    hold = Hold.objects.get()

    assert hold.counts_from(hold.expires_at - timedelta(seconds=1)) == early
    assert hold.counts_from(hold.expires_at) == hold.expires_at
    # What has begun is past, held or not.
    hold.expires_at = slot + timedelta(minutes=5)
    assert hold.counts_from(slot) == slot
    assert _book(as_patient, coach, slot, hold_id).status_code == 201


def test_a_service_books_what_it_or_its_visitor_holds(
    north: Any, as_service: Rest, patient: Client, coach: StaffMember, office_hour: OfficeHour
) -> None:
    slot = cast.tomorrow_at(9)
    for_patient = {"X-Current-User-Id": str(patient.person_id)}
    its_own = _hold(as_service, office_hour, slot)
    other_service = Rest(north, cast.make_token())

    assert _said(_book(other_service, coach, slot, its_own, **for_patient)) == (404, "hold_not_found")
    assert _book(as_service, coach, slot, its_own, **for_patient).status_code == 201


def test_a_hold_in_another_brand_is_not_there(
    north: Any, as_service: Rest, patient: Client, coach: StaffMember, office_hour: OfficeHour
) -> None:
    slot = cast.tomorrow_at(9)
    kids = cast.make_brand()
    coach.brands.add(kids)
    patient.brands.add(kids)
    hold_id = _hold(as_service, office_hour, slot)
    Hold.objects.update(holder=f"person:{patient.person_id}")
    of_kids = Rest(north, cast.make_token(brand=kids), **{"X-Current-User-Id": str(patient.person_id)})

    assert _said(_book(of_kids, coach, slot, hold_id)) == (404, "hold_not_found")


@pytest.mark.parametrize("hold_id", ["", "x", 5, ["a"], {}, True])
def test_what_is_no_id_is_refused_by_name(
    as_patient: Rest, coach: StaffMember, office_hour: OfficeHour, slot: datetime, hold_id: Any
) -> None:
    answer = _book(as_patient, coach, slot, hold_id)

    assert _said(answer) == (400, "validation_error")
    assert "hold_id" in answer.json()["message"]


def test_a_repeated_booking_is_answered_as_the_first(
    as_patient: Rest, coach: StaffMember, office_hour: OfficeHour, slot: datetime
) -> None:
    hold_id = _hold(as_patient, office_hour, slot)
    first, second = (_book(as_patient, coach, slot, hold_id, **{"Idempotency-Key": "once"}) for _ in range(2))

    assert (first.status_code, second.content, second["Idempotent-Replayed"]) == (201, first.content, "true")
