"""POST /v1/coaches/{coachId}/bookings (loop.yaml)."""

from typing import Any

from bookings.models import CoachBooking
from scheduling.models import Reservation
from tests.support import cast
from tests.support.http import Rest


def test_a_free_slot_is_booked(north: Any) -> None:
    coach, client = cast.make_coach(), cast.make_client()
    cast.make_office_hour(coach)
    slot = cast.tomorrow_at(9)
    rest = Rest(north, cast.make_token(user=cast.make_user(client)))

    answer = rest.post(f"/v1/coaches/{coach.person_id}/bookings", {"slot_at": slot.isoformat(), "notes": "Hello"})

    assert answer.status_code == 201, answer.content
    booking = CoachBooking.objects.get()
    assert answer.json() == {
        "id": str(booking.pk),
        "office_hour_id": str(booking.office_hour_id),
        "patient_id": str(client.person_id),
        "slot_at": slot.isoformat().replace("+00:00", "Z"),
        "duration_minutes": 30,
        "status": "booked",
        "notes": "Hello",
        "created_at": booking.created_at.isoformat().replace("+00:00", "Z"),
    }
    reservation = Reservation.objects.get(subject_id=booking.pk)
    assert reservation.resource_id == coach.resource_id
    assert (reservation.during.lower, reservation.during.upper) == (booking.starts_at, booking.ends_at)


def test_a_taken_slot_is_refused_and_the_nearest_free_ones_are_named(north: Any) -> None:
    coach = cast.make_coach()
    cast.make_office_hour(coach)
    slot = cast.tomorrow_at(9)
    cast.make_booking(coach, cast.make_client("Carol Client"), slot_at=slot)
    rest = Rest(north, cast.make_token(user=cast.make_user(cast.make_client())))

    answer = rest.post(f"/v1/coaches/{coach.person_id}/bookings", {"slot_at": slot.isoformat()})

    assert answer.status_code == 409
    assert answer.json()["error"] == "slot_taken"
    assert "09:30:00Z" in answer.json()["message"]
    assert CoachBooking.objects.count() == 1
