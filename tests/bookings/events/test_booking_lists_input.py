"""GET /v1/bookings, /v1/bookings/orders and /v1/histories: whose, when, which page."""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest

from bookings.models import Event, EventBooking, Order
from bookings.rules.event_booking import Role
from bookings.selectors.histories import PAGE_SIZE
from bookings.services.cancel_event_booking import cancel_event_booking
from scheduling.models import Client, StaffMember
from tenants.ids import new_id
from tests.bookings.events.refusals import assert_names, assert_refused, code_of
from tests.support import cast, eventing
from tests.support.http import Rest

UNKNOWN = "00000000-0000-4000-8000-000000000000"
START = cast.tomorrow_at(18)
SECOND = timedelta(seconds=1)


@pytest.fixture
def place(ada: StaffMember, bob: Client) -> EventBooking:
    return eventing.make_place(eventing.make_event(ada, START), bob)


def _query(path: str, **asked: Any) -> str:
    texts = {name: value.isoformat() if isinstance(value, datetime) else str(value) for name, value in asked.items()}
    return f"{path}?" + "&".join(f"{name}={quote(value)}" for name, value in texts.items())


def _many_places(place: EventBooking, number: int) -> None:
    """As many more as `number` in events of the same slot, a day after the other, straight into the tables."""
    first = place.event
    events = [
        Event(
            id=new_id(), time_slot=first.time_slot, coach=first.coach, brand=first.brand, capacity=2, taken=1,
            date=first.date + timedelta(days=day), starts_at=first.starts_at + timedelta(days=day),
            ends_at=first.ends_at + timedelta(days=day), created_at=first.created_at, updated_at=first.created_at,
        )
        for day in range(1, number + 1)
    ]  # fmt: skip
    Event.objects.bulk_create(events)
    EventBooking.objects.bulk_create(
        EventBooking(
            id=new_id(), order=place.order, event=event, client=place.client, brand=place.brand, status="Accepted",
            price=0, cardinality=1, created_at=place.created_at, updated_at=place.created_at,
        )
        for event in events
    )  # fmt: skip


def test_exactly_one_of_user_and_event_and_dates_with_the_user_alone(as_bob: Rest, place: EventBooking) -> None:
    whose, which = place.client.person_id, place.event_id
    for query in (
        {}, {"userId": whose, "eventId": which}, {"eventId": which, "startAt": START},
        {"eventId": which, "endAt": START},
        {"startAt": START}, {"userId": whose, "eventId": which, "startAt": START},
    ):  # fmt: skip
        assert_refused(as_bob.get(_query("/v1/bookings", **query)), "subject_not_named", "userId", "eventId")
    assert_refused(as_bob.get(_query("/v1/bookings", eventId=UNKNOWN)), "unknown_event", UNKNOWN)


@pytest.mark.parametrize("field", ["userId", "eventId"])
def test_what_is_no_id_is_named(as_bob: Rest, field: str) -> None:
    for value in ("x", "", "1", "%00", f"{UNKNOWN}0"):
        assert_names(as_bob.get(f"/v1/bookings?{field}={value}"), field)


def test_dates_are_half_open_and_of_the_start(as_bob: Rest, place: EventBooking) -> None:
    def found(**dates: datetime) -> int:
        return len(as_bob.get(_query("/v1/bookings", userId=place.client.person_id, **dates)).json())

    assert found(startAt=START) == found(endAt=START + SECOND) == found(startAt=START, endAt=START + SECOND) == 1
    assert found(endAt=START) == found(startAt=START + SECOND) == found(startAt=START, endAt=START) == 0


def test_orders_are_of_when_they_were_placed(as_bob: Rest, place: EventBooking) -> None:
    made = place.order.created_at

    def found(**dates: datetime) -> int:
        return len(as_bob.get(_query("/v1/bookings/orders", userId=place.client.person_id, **dates)).json())

    assert found(startAt=made, endAt=made + SECOND) == 1
    assert found(startAt=made + SECOND) == found(endAt=made) == 0


def test_of_an_event_its_coach_sees_all_and_others_their_own(
    north: Any, as_ada: Rest, as_bob: Rest, as_service: Rest, place: EventBooking
) -> None:
    carol, dora = cast.make_client("Carol Client"), cast.make_client("Dora Client")
    eventing.make_place(place.event, carol)
    as_dora = Rest(north, cast.make_token(user=cast.make_user(dora)))
    path = _query("/v1/bookings", eventId=place.event_id)

    bobs, carols = str(place.client.person_id), str(carol.person_id)
    for rest, seen in ((as_ada, [bobs, carols]), (as_service, [bobs, carols]), (as_bob, [bobs]), (as_dora, [])):
        assert [one["userId"] for one in rest.get(path).json()] == seen
    reader = Rest(north, cast.make_token(scopes=["read:bookings"]))
    assert code_of(reader.get(path)) == (403, "insufficient_scope")


def test_history_is_filtered_by_each_of_its_words(as_bob: Rest, as_ada: Rest, ada: StaffMember, bob: Client) -> None:
    boxing, yoga = eventing.make_sport(), eventing.make_sport("Yoga")
    alone = eventing.make_place(eventing.make_event(ada, START, places=1, sport_id=boxing.pk), bob)
    group = eventing.make_place(eventing.make_event(ada, START + timedelta(days=1), sport_id=yoga.pk), bob)
    plain = eventing.make_place(eventing.make_event(ada, START + timedelta(days=2)), bob)
    cancel_event_booking(booking=plain, role=Role.ATHLETE, reason_code="NoTime", now=plain.created_at)

    def found(rest: Rest, who: Client | StaffMember, query: str = "") -> set[str]:
        answer = rest.get(f"/v1/histories?userId={who.person_id}&{query}")
        assert answer.status_code == 200, answer.content
        return {next(iter(entry.values()))["event"]["id"] for entry in answer.json()["entries"]}

    one, two, three = (str(booking.event_id) for booking in (alone, group, plain))
    day = quote(group.event.starts_at.isoformat())
    for query, events in (
        ("", {one, two, three}),
        ("groupingType=Personal", {one}),
        ("groupingType=Group", {two, three}),
        ("bookingStatus=Canceled", {three}),
        ("bookingStatus=Accepted", {one, two}),
        ("bookingStatus=InDispute", set()),
        (f"startTime={day}", {two, three}),
        (f"endTime={day}", {one}),
        (f"sportIds={boxing.pk}", {one}),
        (f"sportIds={boxing.pk}&sportIds={yoga.pk}", {one, two}),
        (f"sportIds={UNKNOWN}", set()),
        ("participationType=Athlete", {one, two, three}),
        ("participationType=Coach", set()),
    ):
        assert found(as_bob, bob, query) == events, query
    assert found(as_ada, ada, "participationType=Coach&bookingStatus=Canceled") == {three}
    assert found(as_ada, ada, "participationType=Athlete") == set()


def test_history_comes_in_pages_from_0_and_there_is_nothing_past_the_last(as_bob: Rest, place: EventBooking) -> None:
    _many_places(place, 2 * PAGE_SIZE)

    def page(number: int) -> dict[str, Any]:
        found: dict[str, Any] = as_bob.get(_query("/v1/histories", userId=place.client.person_id, page=number)).json()
        return found

    pages = [page(number) for number in range(4)]
    assert [len(one["entries"]) for one in pages] == [PAGE_SIZE, PAGE_SIZE, 1, 0]
    assert [one["remainingPages"] for one in pages] == [2, 1, 0, 0]
    assert {one["total"] for one in pages} == {2 * PAGE_SIZE + 1}
    starts = [entry["athlete"]["event"]["startTime"] for one in pages for entry in one["entries"]]
    assert starts == sorted(starts, reverse=True)
    assert len(set(starts)) == len(starts)
    assert page(1_000_000)["entries"] == []


@pytest.mark.parametrize(
    ("name", "values"),
    [("page", ["-1", "1.5", "x", "1000001", "99999999999999999999"]), ("groupingType", ["personal", "Team"]),
     ("bookingStatus", ["accepted", "x"]), ("participationType", ["Judge"]), ("startTime", ["x", "2030-01-01"]),
     ("sportIds", ["x", f"{UNKNOWN},{UNKNOWN}"])],
)  # fmt: skip
def test_a_wrong_word_of_a_history_is_named(as_bob: Rest, bob: Client, name: str, values: list[str]) -> None:
    for value in values:
        answer = as_bob.get(f"/v1/histories?userId={bob.person_id}&{name}={value}")
        assert code_of(answer) == (400, "validation"), value
        assert answer.json()["errors"][0]["message"].startswith(name)


@pytest.mark.parametrize("number", [1, 30])
def test_lists_cost_the_same_however_many_they_show(
    as_bob: Rest, as_ada: Rest, place: EventBooking, number: int, django_assert_max_num_queries: Any
) -> None:
    _many_places(place, number)
    Order.objects.bulk_create(
        Order(id=new_id(), client=place.client, brand=place.brand, created_at=place.created_at) for _ in range(number)
    )
    whose = place.client.person_id

    for rest, path, most in (
        (as_bob, f"/v1/bookings?userId={whose}", LIST),
        (as_bob, f"/v1/bookings?eventId={place.event_id}", LIST + 1),
        (as_bob, f"/v1/bookings/orders?userId={whose}", LIST + 1),
        (as_bob, f"/v1/histories?userId={whose}", LIST + 1),
        (as_ada, f"/v1/histories?userId={place.event.coach.person_id}", LIST + 2),
        (as_bob, "/v1/events", LIST),
    ):
        with django_assert_max_num_queries(most):
            answer = rest.get(path)
        assert answer.status_code == 200
        assert answer.content.count(b"timeslotId" if "histories" in path else b"timeSlotId") >= 1


# Of which 4: who is calling, for whom, in which brand, how often.
LIST = 6
