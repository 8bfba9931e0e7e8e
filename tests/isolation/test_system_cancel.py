"""Who may cancel without saying who they are: the system's services alone. And what each role may take back."""

from typing import Any

import pytest

from bookings.models import Event, EventBooking
from scheduling.models import Client, Person, StaffMember
from scheduling.models.people import ERASED_NAME
from tests.support import cast, eventing
from tests.support.http import Rest

WHY = {"cancellationReasonCode": "Other"}


@pytest.fixture
def coach(north: Any) -> StaffMember:
    return cast.make_coach()


@pytest.fixture
def client(north: Any) -> Client:
    return cast.make_client()


@pytest.fixture
def place(coach: StaffMember, client: Client) -> EventBooking:
    return eventing.make_place(eventing.make_event(coach, cast.tomorrow_at(18)), client)


def _code(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["errors"][0]["code"]


@pytest.mark.parametrize("user_id", [{}, {"userId": None}])
def test_who_names_nobody_is_the_system_and_that_are_services_with_the_scope(
    north: Any, coach: StaffMember, client: Client, place: EventBooking, user_id: dict[str, Any]
) -> None:
    by_client, by_coach = (Rest(north, cast.make_token(user=cast.make_user(who))) for who in (client, coach))
    writer = Rest(north, cast.make_token(scopes=["write:bookings", "write:events", "act-as"]))
    acting = Rest(north, cast.make_token(), **{"X-Current-User-Id": str(client.person_id)})
    kids = Rest(north, cast.make_token(brand=cast.make_brand()))
    of_place, of_event = f"/v1/bookings/{place.pk}/cancel", f"/v1/events/{place.event_id}/cancel"
    for path in (of_place, of_event):
        for rest in (by_client, by_coach, writer):
            assert _code(rest.patch(path, {**user_id, **WHY})) == (403, "insufficient_scope")
        assert _code(acting.patch(path, {**user_id, **WHY})) == (403, "services_only")
    assert _code(kids.patch(of_place, {**user_id, **WHY})) == (400, "unknown_booking")
    assert kids.patch(of_event, {**user_id, **WHY}).status_code == 404
    assert EventBooking.objects.get().status == "Accepted"
    service = Rest(north, cast.make_token(scopes=["manage:bookings", "manage:events"]))

    assert service.patch(of_place, {**user_id, **WHY}).status_code == 204
    assert service.patch(of_event, {**user_id, **WHY}).status_code == 200

    assert EventBooking.objects.get().canceled_by_role == Event.objects.get().canceled_by_role == "System"


def test_a_coach_cancels_the_places_of_their_own_events_alone(
    north: Any, coach: StaffMember, place: EventBooking
) -> None:
    eve = cast.make_coach("Eve Coach")
    for who, status in ((eve, 400), (coach, 204)):
        rest = Rest(north, cast.make_token(user=cast.make_user(who)))
        answer = rest.patch(f"/v1/bookings/{place.pk}/cancel", {"userId": str(who.person_id), **WHY})
        assert answer.status_code == status
    assert EventBooking.objects.get().canceled_by_role == "Coach"


def test_a_service_does_not_cancel_in_the_name_of_who_is_no_side(north: Any, place: EventBooking) -> None:
    carol = cast.make_client("Carol Client")
    service = Rest(north, cast.make_token())

    answer = service.patch(f"/v1/bookings/{place.pk}/cancel", {"userId": str(carol.person_id), **WHY})

    assert _code(answer) == (403, "foreign_booking")


def test_after_a_person_was_erased_no_read_shows_what_they_booked(
    north: Any, client: Client, place: EventBooking
) -> None:
    service, whose = Rest(north, cast.make_token()), client.person_id
    paths = [f"/v1/bookings?userId={whose}", f"/v1/bookings?eventId={place.event_id}",
             f"/v1/bookings/orders?userId={whose}"]  # fmt: skip
    assert all(len(service.get(path).json()) == 1 for path in paths)
    nobody = {"given_name": ERASED_NAME, "family_name": "", "email": "", "phone": ""}
    Person.objects.filter(pk=whose).update(erased_at=place.created_at, **nobody)

    assert all(service.get(path).json() == [] for path in paths)
    assert service.get(f"/v1/histories?userId={whose}").json()["total"] == 0
    led = service.get(f"/v1/histories?userId={place.event.coach.person_id}").json()["entries"]
    assert [entry["coach"]["bookings"] for entry in led] == [[]]
    assert service.get(f"/v1/bookings/{place.pk}").status_code == 404
