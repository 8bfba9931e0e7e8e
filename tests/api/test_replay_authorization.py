"""A stored answer is given again only to who may have it now."""

from typing import Any

from oauth2_provider.models import get_access_token_model

from bookings.models import CoachBooking
from tests.support import cast
from tests.support.http import Rest


def test_a_replay_needs_the_right_to_act_for_the_person(north: Any) -> None:
    coach, client = cast.make_coach(), cast.make_client()
    cast.make_office_hour(coach)
    headers = {"Idempotency-Key": "k1", "X-Current-User-Id": str(client.person_id)}
    rest = Rest(north, cast.make_token(), **headers)
    path, body = (
        f"/v1/coaches/{coach.person_id}/bookings",
        {"slot_at": cast.tomorrow_at(9).isoformat(), "notes": "Secret"},
    )
    assert rest.post(path, body).status_code == 201

    get_access_token_model().objects.update(scope="write:bookings")
    again = rest.post(path, body)

    assert (again.status_code, again.json()["error"]) == (403, "insufficient_scope")
    assert b"Secret" not in again.content
    assert CoachBooking.objects.count() == 1
