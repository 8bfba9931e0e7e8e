"""What is asked of a booking, an event or a place in a line at the wrong time: 400, and why, as its client reads it."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from bookings.models import Event, EventBooking
from bookings.rules.event_booking import Role, Status
from bookings.services.cancel_event import cancel_event
from bookings.services.cancel_event_booking import cancel_event_booking
from scheduling.models import Client, StaffMember
from tests.bookings.events.refusals import assert_refused
from tests.contracts.schema import assert_in_contract
from tests.support import cast, eventing
from tests.support.http import Rest

UNKNOWN = "00000000-0000-4000-8000-000000000000"
OPERATIONS = {
    "completed": "markBookingAsCompleted",
    "note": "addBookingNote",
    "dismiss": "dismissBooking",
    "cancel": "cancelBooking",
    "dispute": "disputeBooking",
}


@pytest.fixture
def place(ada: StaffMember, bob: Client) -> EventBooking:
    """In an event to come."""
    return eventing.make_place(eventing.make_event(ada, cast.tomorrow_at(18)), bob)


@pytest.fixture
def canceled(place: EventBooking) -> EventBooking:
    return cancel_event_booking(booking=place, role=Role.ATHLETE, reason_code="NoTime", now=place.created_at)


@pytest.fixture
def held(ada: StaffMember, bob: Client) -> EventBooking:
    return eventing.make_held_place(ada, bob)


@pytest.fixture
def disputed(held: EventBooking) -> EventBooking:
    return eventing.make_dispute(held)


@pytest.fixture
def unapproved(ada: StaffMember, bob: Client) -> EventBooking:
    """Nobody said whether it is accepted until its event was over."""
    return eventing.make_held_place(ada, bob, needs_approval=True)


@pytest.mark.parametrize(
    ("whose", "word", "code", "why"),
    [
        ("place", "completed", "event_not_over", "ends at"),
        ("place", "note", "event_not_over", "ends at"),
        ("canceled", "completed", "not_held", "Canceled"),
        ("canceled", "note", "not_held", "Canceled"),
        ("unapproved", "completed", "not_held", "Pending"),
        ("place", "dismiss", "not_canceled", "Accepted"),
        ("disputed", "dismiss", "not_canceled", "InDispute"),
        ("canceled", "cancel", "not_cancellable", "Canceled"),
        ("held", "cancel", "not_cancellable", "Accepted and has begun"),
        ("place", "dispute", "not_disputable", "Accepted and has not begun"),
        ("canceled", "dispute", "not_disputable", "Canceled"),
        ("disputed", "dispute", "not_disputable", "InDispute"),
        ("place", "accept", "not_pending", "Accepted"),
        ("place", "reject", "not_pending", "Accepted"),
        ("unapproved", "accept", "not_pending", "Pending and over"),
        ("held", "resolve", "not_in_dispute", "Accepted"),
    ],
)
def test_a_step_at_the_wrong_time_is_refused_and_changes_nothing(  # noqa: PLR0917
    request: pytest.FixtureRequest, as_service: Rest, whose: str, word: str, code: str, why: str
) -> None:
    booking = request.getfixturevalue(whose)
    before = EventBooking.objects.values().get(pk=booking.pk)

    answer = _step(as_service, booking, word)

    assert_refused(answer, code, why)
    if word in OPERATIONS:
        assert_in_contract(answer, family="leko", operation=OPERATIONS[word], status=400)
    assert EventBooking.objects.values().get(pk=booking.pk) == before


def _step(rest: Rest, booking: EventBooking, word: str) -> Any:
    """A request that is right but for its time."""
    athlete = str(booking.client.person_id)
    bodies: dict[str, dict[str, Any]] = {
        "completed": {"completed": True},
        "note": {"note": "Good stance."},
        "cancel": {"userId": athlete, "cancellationReasonCode": "NoTime"},
        "dispute": {"disputerUserId": athlete, "reasonId": str(eventing.make_reason().pk)},
        "resolve": {"resolution": "Paid back."},
    }
    query = f"?userId={athlete}" if word == "dismiss" else ""
    return rest.patch(f"/v1/bookings/{booking.pk}/{word}{query}", bodies.get(word))


def test_when_the_event_ends_is_said_to_who_is_too_early(as_service: Rest, place: EventBooking) -> None:
    ends = place.event.ends_at.isoformat().replace("+00:00", "Z")

    assert_refused(_step(as_service, place, "completed"), "event_not_over", ends)


def test_a_dispute_has_a_reason_that_there_is(as_bob: Rest, held: EventBooking) -> None:
    body = {"disputerUserId": str(held.client.person_id), "reasonId": UNKNOWN}

    answer = as_bob.patch(f"/v1/bookings/{held.pk}/dispute", body)

    assert_in_contract(answer, family="leko", operation="disputeBooking", status=400)
    assert_refused(answer, "unknown_reason", "/v1/dispute-reasons")
    assert EventBooking.objects.get().status == Status.ACCEPTED


def test_an_event_is_canceled_once_and_until_it_ends(as_ada: Rest, ada: StaffMember) -> None:
    over, gone = (eventing.make_event(ada, cast.tomorrow_at(18, days=days)) for days in (-1, 2))
    cancel_event(event=gone, role=Role.COACH, reason_code="Other", now=timezone.now())
    why = {"userId": str(ada.person_id), "cancellationReasonCode": "NoTime"}

    for event, said in ((over, "Scheduled and has ended"), (gone, "Canceled")):
        assert_refused(as_ada.patch(f"/v1/events/{event.pk}/cancel", why), "event_not_cancellable", said)
    assert Event.objects.get(pk=over.pk).status == "Scheduled"


def test_who_may_not_wait_is_told_why(as_bob: Rest, bob: Client, ada: StaffMember) -> None:
    free = eventing.make_event(ada, cast.tomorrow_at(18))
    full = eventing.make_full_event(ada, cast.tomorrow_at(20))
    eventing.wait_for(full, bob)

    for event, code in ((free, "place_free"), (full, "already_waiting")):
        answer = as_bob.post(f"/v1/events/{event.pk}/waiting", {"userId": str(bob.person_id)})
        assert_refused(answer, code, event.pk)


def test_a_line_is_left_once(as_bob: Rest, bob: Client, ada: StaffMember) -> None:
    event = eventing.make_full_event(ada, cast.tomorrow_at(20) + timedelta(days=1))
    path = f"/v1/events/{event.pk}/waiting/{eventing.wait_for(event, bob).pk}"
    assert as_bob.delete(path, headers={"If-Match": "*"}).status_code == 204

    assert_refused(as_bob.delete(path, headers={"If-Match": "*"}), "not_in_line", "left")
