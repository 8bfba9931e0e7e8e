"""POST /v1/coaches/{coachId}/bookings (loop.yaml): what a booking is and does."""

from datetime import timedelta
from typing import Any

import pytest

from bookings.models import CoachBooking
from notifications.models import Message
from scheduling.models import Client, Reservation, StaffMember
from tests.support import cast
from tests.support.http import Rest


def test_a_free_slot_is_booked(as_patient: Rest, coach: StaffMember, patient: Client) -> None:
    office_hour = cast.make_office_hour(coach)
    slot = cast.tomorrow_at(9)

    answer = as_patient.post(f"/v1/coaches/{coach.person_id}/bookings", {"slot_at": slot.isoformat(), "notes": "Hello"})

    assert answer.status_code == 201, answer.content
    booking = CoachBooking.objects.get()
    assert answer.json() == {
        "id": str(booking.pk),
        "office_hour_id": str(office_hour.pk),
        "patient_id": str(patient.person_id),
        "slot_at": slot.isoformat().replace("+00:00", "Z"),
        "duration_minutes": 30,
        "status": "booked",
        "notes": "Hello",
        "created_at": booking.created_at.isoformat().replace("+00:00", "Z"),
    }
    reservation = Reservation.objects.get(subject_id=booking.pk)
    assert reservation.resource_id == coach.resource_id
    assert (reservation.during.lower, reservation.during.upper) == (booking.starts_at, booking.ends_at)


def test_the_confirmation_is_planned_with_the_booking(as_patient: Rest, coach: StaffMember, patient: Client) -> None:
    cast.make_office_hour(coach)

    as_patient.post(f"/v1/coaches/{coach.person_id}/bookings", {"slot_at": cast.tomorrow_at(9).isoformat()})

    message, booking = Message.objects.get(), CoachBooking.objects.get()
    assert (message.event, message.state, message.schedule_version) == ("booked", "planned", 0)
    assert (message.subject_kind, message.subject_id) == (CoachBooking.SUBJECT_KIND, booking.pk)
    assert message.recipient_id == patient.person_id
    assert message.due_at == booking.created_at


def test_a_refused_booking_leaves_nothing_behind(as_patient: Rest, coach: StaffMember) -> None:
    cast.make_office_hour(coach)
    slot = cast.tomorrow_at(9)
    taken = cast.make_booking(coach, cast.make_client("Carol Client"), slot_at=slot)

    answer = as_patient.post(f"/v1/coaches/{coach.person_id}/bookings", {"slot_at": slot.isoformat()})

    assert answer.status_code == 409
    assert list(CoachBooking.objects.all()) == [taken]
    assert Reservation.objects.count() == 1
    assert Message.objects.get().subject_id == taken.pk


@pytest.mark.parametrize(
    ("sent", "kept"), [({}, None), ({"notes": None}, None), ({"notes": ""}, ""), ({"notes": "  two  "}, "  two  ")]
)
def test_notes_are_kept_as_they_were_sent(
    as_patient: Rest, coach: StaffMember, sent: dict[str, Any], kept: str | None
) -> None:
    cast.make_office_hour(coach)

    answer = as_patient.post(
        f"/v1/coaches/{coach.person_id}/bookings", {"slot_at": cast.tomorrow_at(9).isoformat(), **sent}
    )

    assert answer.status_code == 201
    assert answer.json()["notes"] == kept


def test_the_slot_may_be_written_with_any_offset(as_patient: Rest, coach: StaffMember) -> None:
    cast.make_office_hour(coach)
    slot = cast.tomorrow_at(9)
    written = (slot + timedelta(hours=2)).replace(tzinfo=None).isoformat() + "+02:00"

    answer = as_patient.post(f"/v1/coaches/{coach.person_id}/bookings", {"slot_at": written})

    assert answer.status_code == 201
    assert answer.json()["slot_at"] == slot.isoformat().replace("+00:00", "Z")


def test_unknown_fields_are_ignored(as_patient: Rest, coach: StaffMember) -> None:
    cast.make_office_hour(coach)

    answer = as_patient.post(
        f"/v1/coaches/{coach.person_id}/bookings",
        {"slot_at": cast.tomorrow_at(9).isoformat(), "patient_id": "somebody else", "colour": "red"},
    )

    assert answer.status_code == 201


def test_two_neighbouring_slots_are_both_booked(as_patient: Rest, coach: StaffMember) -> None:
    cast.make_office_hour(coach)

    for slot in (cast.tomorrow_at(9), cast.tomorrow_at(9, 30)):
        answer = as_patient.post(f"/v1/coaches/{coach.person_id}/bookings", {"slot_at": slot.isoformat()})
        assert answer.status_code == 201

    assert CoachBooking.objects.count() == 2


def test_a_slot_that_a_shorter_office_hour_still_has_is_booked_there(as_patient: Rest, coach: StaffMember) -> None:
    cast.make_office_hour(coach, duration_minutes=60)
    short = cast.make_office_hour(coach, duration_minutes=30)
    cast.make_booking(coach, cast.make_client("Carol Client"), slot_at=cast.tomorrow_at(9, 30))

    answer = as_patient.post(f"/v1/coaches/{coach.person_id}/bookings", {"slot_at": cast.tomorrow_at(9).isoformat()})

    assert answer.status_code == 201, answer.content
    assert (answer.json()["office_hour_id"], answer.json()["duration_minutes"]) == (str(short.pk), 30)


def test_every_listed_slot_can_be_booked(as_patient: Rest, coach: StaffMember) -> None:
    cast.make_office_hour(coach, duration_minutes=60, exceptions={cast.tomorrow_at(0).date(): None})
    cast.make_office_hour(coach, duration_minutes=45, on=cast.tomorrow_at(0).date())
    for_two_days = f"?from={cast.tomorrow_at(0):%Y-%m-%dT%H:%MZ}&to={cast.tomorrow_at(0, days=3):%Y-%m-%dT%H:%MZ}"

    booked = 0
    while listed := as_patient.get(f"/v1/coaches/{coach.person_id}/slots{for_two_days}").json()["slots"]:
        wanted = listed[len(listed) // 2]
        answer = as_patient.post(f"/v1/coaches/{coach.person_id}/bookings", {"slot_at": wanted["slot_at"]})
        assert answer.status_code == 201, answer.content
        assert answer.json()["office_hour_id"] == wanted["office_hour_id"]
        booked += 1

    assert booked == 10 + 8
