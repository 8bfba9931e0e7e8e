"""leko.yaml: createBookingOrder, listBookingOrders, listBookings, listHistory."""

from functools import partial

import pytest

from bookings.models import Event, EventBooking
from scheduling.models import Client, StaffMember
from tests.contracts.schema import assert_in_contract
from tests.support import cast, eventing
from tests.support.http import Rest

order_answer = partial(assert_in_contract, family="leko", operation="createBookingOrder")
orders_answer = partial(assert_in_contract, family="leko", operation="listBookingOrders")
list_answer = partial(assert_in_contract, family="leko", operation="listBookings")
history_answer = partial(assert_in_contract, family="leko", operation="listHistory")

UNKNOWN = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
def event(coach: StaffMember) -> Event:
    return eventing.make_event(coach, cast.tomorrow_at(18), sport_id=eventing.make_sport().pk)


@pytest.fixture
def place(event: Event, patient: Client) -> EventBooking:
    return eventing.make_place(event, patient)


def test_order_201(as_patient: Rest, coach: StaffMember, patient: Client, event: Event) -> None:
    other = eventing.make_event(coach, cast.tomorrow_at(20), places=1, needs_approval=True)

    answer = as_patient.post("/v1/bookings", eventing.sent_order(patient, other, event))

    order_answer(answer, status=201)
    said = answer.json()
    assert (said["userId"], said["paymentStatus"]) == (str(patient.person_id), "Cash")
    first, second = said["bookings"]
    assert [first["eventId"], second["eventId"]] == [str(event.pk), str(other.pk)]
    assert [first["bookingStatus"], second["bookingStatus"]] == ["Accepted", "Pending"]
    assert [first["serviceCardinality"], second["serviceCardinality"]] == [1, 2]
    assert first["orderId"] == second["orderId"] == said["orderId"]
    assert (first["note"], first["completed"], first["canceledAt"]) == (None, False, None)
    assert first["timeslot"]["timeSlotId"] == str(event.time_slot_id)


def test_order_400(as_patient: Rest, patient: Client, event: Event) -> None:
    wanted = eventing.sent_order(patient, event)
    for name in wanted:
        order_answer(as_patient.post("/v1/bookings", {k: v for k, v in wanted.items() if k != name}), status=400)
    for body in (
        {**wanted, "paymentMethod": {"type": "Card", "methodId": UNKNOWN}},
        {**wanted, "eventIds": [UNKNOWN]},
        {**wanted, "eventIds": [str(event.pk), str(event.pk)]},
    ):
        order_answer(as_patient.post("/v1/bookings", body), status=400)


def test_order_401_and_403(as_nobody: Rest, as_patient: Rest, patient: Client, event: Event) -> None:
    carols = eventing.sent_order(cast.make_client("Carol Client"), event)

    order_answer(as_nobody.post("/v1/bookings", eventing.sent_order(patient, event)), status=401)
    order_answer(as_patient.post("/v1/bookings", carols), status=403)


def test_order_413_and_415_and_422(as_patient: Rest, patient: Client, event: Event) -> None:
    wanted, key = eventing.sent_order(patient, event), {"Idempotency-Key": "once"}
    order_answer(as_patient.post("/v1/bookings", {**wanted, "more": "x" * 2**20}), status=413)
    order_answer(as_patient.request("POST", "/v1/bookings", raw=b"x", content_type="text/plain"), status=415)
    first = as_patient.post("/v1/bookings", wanted, headers=key)

    again = as_patient.post("/v1/bookings", wanted, headers=key)

    order_answer(again, status=201)
    assert (again.content, again["Idempotent-Replayed"]) == (first.content, "true")
    order_answer(as_patient.post("/v1/bookings", {**wanted, "eventIds": [UNKNOWN]}, headers=key), status=422)


def test_a_refused_order_is_replayed_too(as_patient: Rest, patient: Client) -> None:
    wanted, key = eventing.sent_order(patient, eventIds=[UNKNOWN]), {"Idempotency-Key": "once"}
    first, again = (as_patient.post("/v1/bookings", wanted, headers=key) for _ in range(2))

    assert first.json()["errors"][0]["code"] == again.json()["errors"][0]["code"] == "unknown_event"
    assert "Idempotent-Replayed" not in first
    assert again["Idempotent-Replayed"] == "true"


def test_orders_200(as_patient: Rest, patient: Client, place: EventBooking) -> None:
    answer = as_patient.get(f"/v1/bookings/orders?userId={patient.person_id}")

    orders_answer(answer, status=200)
    ((order),) = answer.json()
    assert [one["bookingId"] for one in order["bookings"]] == [str(place.pk)]


@pytest.mark.parametrize("query", ["", "?userId=x", f"?userId={UNKNOWN}&startAt=x", f"?userId={UNKNOWN}&endAt=2030"])
def test_orders_400(as_service: Rest, query: str) -> None:
    orders_answer(as_service.get(f"/v1/bookings/orders{query}"), status=400)


def test_list_200(as_patient: Rest, as_service: Rest, patient: Client, place: EventBooking) -> None:
    for rest in (as_patient, as_service):
        for query in (f"userId={patient.person_id}", f"eventId={place.event_id}"):
            answer = rest.get(f"/v1/bookings?{query}")
            list_answer(answer, status=200)
            assert [one["bookingId"] for one in answer.json()] == [str(place.pk)]


@pytest.mark.parametrize(
    "query",
    ["", f"?userId={UNKNOWN}&eventId={UNKNOWN}", f"?eventId={UNKNOWN}&startAt=2030-01-01T00:00:00Z", "?userId=x",
     "?eventId=1", f"?eventId={UNKNOWN}", f"?userId={UNKNOWN}&endAt=soon"],
)  # fmt: skip
def test_list_400(as_service: Rest, query: str) -> None:
    list_answer(as_service.get(f"/v1/bookings{query}"), status=400)


def test_list_401_and_403(as_nobody: Rest, as_patient: Rest) -> None:
    list_answer(as_nobody.get(f"/v1/bookings?userId={UNKNOWN}"), status=401)
    list_answer(as_patient.get(f"/v1/bookings?userId={UNKNOWN}"), status=403)


def test_history_200(as_patient: Rest, as_service: Rest, patient: Client, place: EventBooking) -> None:
    coach_id = place.event.coach.person_id
    as_athlete = as_patient.get(f"/v1/histories?userId={patient.person_id}")
    as_coach = as_service.get(f"/v1/histories?userId={coach_id}&participationType=Coach")

    for answer in (as_athlete, as_coach):
        history_answer(answer, status=200)
        assert (answer.json()["total"], answer.json()["remainingPages"]) == (1, 0)
    (attended,), (led,) = as_athlete.json()["entries"], as_coach.json()["entries"]
    assert set(attended) == {"athlete"}
    assert attended["athlete"]["booking"]["bookingId"] == str(place.pk)
    assert attended["athlete"]["event"]["id"] == str(place.event_id)
    assert set(led) == {"coach"}


@pytest.mark.parametrize(
    "query",
    ["", "?userId=x", "page=-1", "page=x", "groupingType=Team", "bookingStatus=accepted", "participationType=Judge",
     "sportIds=x", "startTime=x", "endTime=2030-01-01"],
)  # fmt: skip
def test_history_400(as_service: Rest, query: str) -> None:
    answer = as_service.get(
        f"/v1/histories?userId={UNKNOWN}&{query}" if query[1:7] != "userId" and query else f"/v1/histories{query}"
    )

    history_answer(answer, status=400)
    name = query.lstrip("?").partition("=")[0] or "userId"
    assert answer.json()["errors"][0]["message"].startswith(name)


def test_history_401_and_403(as_nobody: Rest, as_patient: Rest) -> None:
    history_answer(as_nobody.get(f"/v1/histories?userId={UNKNOWN}"), status=401)
    history_answer(as_patient.get(f"/v1/histories?userId={UNKNOWN}"), status=403)
