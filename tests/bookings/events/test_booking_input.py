"""What the bodies of the steps of a booking may hold; each 400 names the field."""

from typing import Any

import pytest

from bookings.models import Dispute, EventBooking
from scheduling.models import Client, StaffMember
from tests.bookings.events.refusals import assert_names, code_of
from tests.support import cast, eventing
from tests.support.http import Rest


@pytest.fixture
def held(ada: StaffMember, bob: Client) -> EventBooking:
    return eventing.make_held_place(ada, bob)


@pytest.mark.parametrize("note", ["", "x" * 10_000, "  kept  ", "é" * 10_000, "\U0001f94a" * 10_000, "a\r\n\tb"])
def test_a_note_is_kept_as_it_is(as_ada: Rest, held: EventBooking, note: str) -> None:
    answer = as_ada.patch(f"/v1/bookings/{held.pk}/note", {"note": note})

    assert (answer.status_code, answer.json()["note"]) == (200, note)
    assert EventBooking.objects.get().note == note


@pytest.mark.parametrize("note", ["x" * 10_001, "a\0b", None, 5, True, ["x"], {"x": 1}])
def test_what_is_no_note_is_refused_by_name(as_ada: Rest, held: EventBooking, note: Any) -> None:
    assert_names(as_ada.patch(f"/v1/bookings/{held.pk}/note", {"note": note}), "note")
    assert EventBooking.objects.get().note is None


def test_half_a_character_is_no_json(as_ada: Rest, held: EventBooking) -> None:
    answer = as_ada.request("PATCH", f"/v1/bookings/{held.pk}/note", raw=b'{"note": "\\ud800"}')

    assert code_of(answer) == (400, "malformed_json")


@pytest.mark.parametrize("completed", ["perhaps", 2, None, [], {}])
def test_completed_is_a_boolean(as_ada: Rest, held: EventBooking, completed: Any) -> None:
    assert_names(as_ada.patch(f"/v1/bookings/{held.pk}/completed", {"completed": completed}), "completed")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("cancellationReasonCode", None), ("cancellationReasonCode", "notime"), ("cancellationReasonCode", 1),
        ("cancellationReasonText", "x" * 1001), ("cancellationReasonText", "a\0b"), ("cancellationReasonText", 5),
        ("userId", "x"), ("userId", 5),
    ],
)  # fmt: skip
def test_a_wrong_field_of_a_cancellation_is_named(
    as_bob: Rest, as_ada: Rest, held: EventBooking, field: str, value: Any
) -> None:
    for rest, who, path in (
        (as_bob, held.client.person_id, f"/v1/bookings/{held.pk}/cancel"),
        (as_ada, held.event.coach.person_id, f"/v1/events/{held.event_id}/cancel"),
    ):
        body = {"userId": str(who), "cancellationReasonCode": "NoTime", field: value}
        assert_names(rest.patch(path, body), field)


@pytest.mark.parametrize(
    ("field", "value"),
    [("disputerUserId", None), ("disputerUserId", "x"), ("reasonId", "x"), ("reasonId", None),
     ("comment", "x" * 10_001), ("comment", "a\0b"), ("comment", 5)],
)  # fmt: skip
def test_a_wrong_field_of_a_dispute_is_named(as_bob: Rest, held: EventBooking, field: str, value: Any) -> None:
    wanted = {"disputerUserId": str(held.client.person_id), "reasonId": str(eventing.make_reason().pk)}

    assert_names(as_bob.patch(f"/v1/bookings/{held.pk}/dispute", {**wanted, field: value}), field)
    assert not Dispute.objects.exists()


@pytest.mark.parametrize("resolution", ["", " ", None, "x" * 10_001, 5])
def test_a_resolution_says_something(as_service: Rest, held: EventBooking, resolution: Any) -> None:
    disputed = eventing.make_dispute(held)

    answer = as_service.patch(f"/v1/bookings/{disputed.pk}/resolve", {"resolution": resolution})

    assert_names(answer, "resolution")


@pytest.mark.parametrize("path", ["/v1/sports", "/v1/dispute-reasons"])
def test_what_is_there_by_that_name_is_not_added_again(as_service: Rest, path: str) -> None:
    assert as_service.post(path, {"name": "Rowing"}).status_code == 201
    assert code_of(as_service.post(path, {"name": "Rowing"}))[0] == 400
    for name in ("", " ", "x" * 201, None, 5):
        assert_names(as_service.post(path, {"name": name}), "name")


def test_an_address_has_a_zone_that_there_is(as_service: Rest) -> None:
    for timezone in ("Europe/Atlantis", "", "x" * 65, None, "US/Pacific-New"):
        answer = as_service.post("/v1/addresses", {"name": "Gym", "timezone": timezone})
        assert_names(answer, "timezone")


def test_who_is_no_side_of_the_named_booking_learns_nothing(north: Any, held: EventBooking) -> None:
    carol = cast.make_client("Carol Client")
    rest = Rest(north, cast.make_token(user=cast.make_user(carol)))
    by_carol = {"userId": str(carol.person_id), "cancellationReasonCode": "NoTime"}

    answer = rest.patch(f"/v1/bookings/{held.pk}/cancel", by_carol)

    assert code_of(answer) == (400, "unknown_booking")
