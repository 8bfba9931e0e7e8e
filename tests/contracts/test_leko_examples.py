"""leko.yaml: requests and answers as the published samples have them."""

import re
from datetime import date, datetime
from functools import partial
from typing import Any
from uuid import UUID

import pytest

from bookings.models import Event, EventBooking, Sport
from bookings.rules.event_booking import Role
from bookings.rules.events import Entry, SlotType
from bookings.services.cancel_event_booking import cancel_event_booking
from scheduling.models import Client, Location, Person, StaffMember
from scheduling.services.register_person import PersonData, register_client, register_staff_member
from tests.contracts.schema import ADDITIONS, assert_in_contract
from tests.support import cast, eventing
from tests.support.http import Rest

ID = "4b72d209-debd-45e1-93cc-7640bf7d39bf"  # of a booking, its event, time slot, sport and address
USER = "00000000-0000-1000-9000-55f01dda9dd0"
COACH = "32b8fa03-4065-4b2f-b4b6-8ce1e570e87e"
INSTANT = "2019-08-24T14:15:22Z"
TIME_OF_DAY = "12:09:53+00:00"
TIME_SLOT = {
    "timeSlotId": ID,
    "startTime": TIME_OF_DAY,
    "endTime": TIME_OF_DAY,
    "numberOfParticipants": 1,
    "slotType": "Online",
    "ageFrom": 18,
    "ageTo": 18,
    "duration": 15,
    "price": 0,
    "priceCurrency": "RUB",
    "paymentMethod": "Cash",
    "addressId": ID,
    "public": True,
    "level": "Any",
    "eligibility": "All",
}
BOOKING = {
    "bookingId": ID,
    "orderId": "b3e1eced-f2bd-4d8c-9765-fbc9d1d222d5",
    "userId": USER,
    "coachId": COACH,
    "eventId": ID,
    "startAt": INSTANT,
    "endAt": INSTANT,
    "bookingStatus": "Accepted",
    "eventStatus": "string",
    "completed": True,
    "note": "string",
    "canceledAt": INSTANT,
    "canceledByRole": "Athlete",
    "cancellationReasonCode": "NotFeelingWell",
    "cancellationReasonText": "string",
    "sportId": ID,
    "serviceCardinality": 0,
    "timeslot": TIME_SLOT,
}
ORDER = {"orderId": ID, "userId": USER, "paymentStatus": "Pending", "createdAt": INSTANT, "bookings": [BOOKING]}
NEW_ORDER = {"userId": USER, "eventIds": [ID], "paymentMethod": {"type": "Cash", "methodId": ID}}
ERROR = {"code": "validation", "message": "string", "endpoint": "string", "requestId": "string"}

answered = partial(assert_in_contract, family="leko")


@pytest.fixture(autouse=True)
def _ids(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is published or ordered has the id of the samples."""
    for service in ("publish_event", "place_order"):
        monkeypatch.setattr(f"bookings.services.{service}.new_id", lambda: UUID(ID))


@pytest.fixture
def coach(north: Any) -> StaffMember:
    Sport.objects.create(id=ID, name="Boxing")
    Location.objects.create(id=ID, name="Gym", timezone="UTC")
    return register_staff_member(person=_known(COACH, "Ada"), brand_id=cast.main_brand().pk)


def _known(person_id: str, name: str, born: date | None = None) -> PersonData:
    email = f"{name.lower()}@example.com"
    Person.objects.create(id=person_id, given_name=name, email=email, birth_date=born)
    return PersonData(given_name=name, email=email)


def _event(coach: StaffMember, starts_at: datetime) -> Event:
    """With the time slot of the samples, but for its time of day."""
    return eventing.make_event(
        coach, starts_at, minutes=15, places=1, slot_id=UUID(ID), kind=SlotType.ONLINE,
        entry=Entry(age_from=18, age_to=18), address_id=UUID(ID), sport_id=UUID(ID),
    )  # fmt: skip


def _athlete(event: Event, user_id: str = USER) -> Client:
    """Eighteen in the year of the event."""
    person = _known(user_id, "Bob", date(event.date.year - 18, 1, 1))
    return register_client(person=person, brand_id=cast.main_brand().pk)


def _place(coach: StaffMember, starts_at: datetime, user_id: str = USER) -> EventBooking:
    event = _event(coach, starts_at)
    return eventing.make_place(event, _athlete(event, user_id))


def _assert_like(answer: Any, sample: Any) -> None:
    """The answer has the sample's fields and our additions, each of the sample's kind, or null."""
    if isinstance(sample, dict):
        assert sample.keys() <= answer.keys() <= sample.keys() | ADDITIONS["leko"]
        for name, value in sample.items():
            _assert_like(answer[name], value)
    elif isinstance(sample, list):
        assert len(answer) == len(sample)
        _assert_like(answer[0], sample[0])
    else:
        assert answer is None or type(answer) is type(sample)


def test_the_samples_order_is_placed(as_service: Rest, coach: StaffMember) -> None:
    _athlete(_event(coach, cast.tomorrow_at(12, 9)))

    answer = as_service.post("/v1/bookings", NEW_ORDER)

    answered(answer, operation="createBookingOrder", status=201)
    _assert_like(answer.json(), ORDER)
    (booking,) = answer.json()["bookings"]
    assert (booking["userId"], booking["eventId"], booking["coachId"]) == (USER, ID, COACH)


@pytest.mark.parametrize(
    ("operation", "path", "sample"),
    [
        ("getBooking", f"/v1/bookings/{ID}", BOOKING),
        ("listBookings", f"/v1/bookings?userId={USER}", [BOOKING]),
        ("listBookings", f"/v1/bookings?userId={USER}&startAt={INSTANT}", [BOOKING]),
        ("listBookings", f"/v1/bookings?eventId={ID}", [BOOKING]),
        ("listBookingOrders", f"/v1/bookings/orders?userId={USER}", [ORDER]),
        ("listBookingOrders", f"/v1/bookings/orders?userId={USER}&startAt={INSTANT}", [ORDER]),
    ],
)
def test_what_is_asked_with_the_samples_values_is_answered_like_them(
    as_service: Rest, coach: StaffMember, operation: str, path: str, sample: Any
) -> None:
    _place(coach, cast.tomorrow_at(12, 9))

    answer = as_service.get(path)

    answered(answer, operation=operation, status=200)
    _assert_like(answer.json(), sample)


@pytest.mark.parametrize("address", ["/v1/bookings", "/v1/bookings/orders"])
def test_between_the_samples_instant_and_itself_there_is_nothing(
    as_service: Rest, coach: StaffMember, address: str
) -> None:
    _place(coach, cast.tomorrow_at(12, 9))

    assert as_service.get(f"{address}?userId={USER}&startAt={INSTANT}&endAt={INSTANT}").json() == []


@pytest.mark.parametrize(
    ("operation", "word", "body"),
    [("markBookingAsCompleted", "completed", {"completed": True}), ("addBookingNote", "note", {"note": "string"})],
)
def test_the_samples_of_what_is_said_afterwards_are_kept(
    as_service: Rest, coach: StaffMember, operation: str, word: str, body: dict[str, Any]
) -> None:
    _place(coach, cast.tomorrow_at(12, 9, days=-1))

    answer = as_service.patch(f"/v1/bookings/{ID}/{word}", body, if_match=None)

    answered(answer, operation=operation, status=200)
    _assert_like(answer.json(), BOOKING)
    assert answer.json()[word] == body[word]


def test_the_sample_of_a_dismissal_is_the_owners(as_service: Rest, coach: StaffMember) -> None:
    place = _place(coach, cast.tomorrow_at(12, 9), user_id=ID)
    cancel_event_booking(
        booking=place, role=Role.ATHLETE, reason_code="NotFeelingWell", reason_text="string", now=place.created_at
    )
    _assert_like(as_service.get(f"/v1/bookings/{ID}").json(), BOOKING)

    answer = as_service.patch(f"/v1/bookings/{ID}/dismiss?userId={ID}", if_match=None)

    answered(answer, operation="dismissBooking", status=204)
    assert as_service.get(f"/v1/bookings?userId={ID}").json() == []


@pytest.mark.parametrize("query", ["", f"?userId={ID}"])
def test_the_sample_of_an_erasure_erases(as_service: Rest, coach: StaffMember, query: str) -> None:
    _place(coach, cast.tomorrow_at(12, 9), user_id=ID)

    answer = as_service.delete(f"/v1/bookings/user-data{query}", headers={"x-current-user-id": ID})

    answered(answer, operation="deleteUserBookingData", status=204)
    assert as_service.get(f"/v1/bookings/orders?userId={ID}").json() == []


@pytest.mark.parametrize(
    ("method", "path"),
    [("PATCH", f"/v1/bookings/{ID}/completed"), ("PATCH", f"/v1/bookings/{ID}/dismiss"), ("POST", "/v1/bookings"),
     ("DELETE", "/v1/bookings/user-data"), ("GET", "/v1/bookings/orders"), ("GET", f"/v1/bookings?userId={ID[:-1]}")],
)  # fmt: skip
def test_wrong_input_has_the_code_of_the_samples(as_service: Rest, method: str, path: str) -> None:
    answer = as_service.request(method, path, {})

    assert answer.status_code == 400
    (error,) = answer.json()["errors"]
    assert (error.keys(), error["code"]) == (ERROR.keys(), ERROR["code"])


def test_the_samples_time_slot_is_published_to_the_minute(as_service: Rest, coach: StaffMember) -> None:
    """Ours differs: no seconds, and an end that is `duration` after the start (docs/events.md)."""
    wanted = {**eventing.sent_event(coach, cast.tomorrow_at(12, 9), minutes=15), "timeslot": TIME_SLOT}
    refused = as_service.post("/v1/events", wanted)
    answered(refused, operation="createEvent", status=400)
    message = refused.json()["errors"][0]["message"]
    assert re.findall(r"timeslot\.\w+", message) == ["timeslot.startTime", "timeslot.endTime"]
    to_the_minute = {**TIME_SLOT, "startTime": "12:09:00+00:00", "endTime": "12:24:00+00:00"}

    answer = as_service.post("/v1/events", {**wanted, "timeslot": to_the_minute})

    answered(answer, operation="createEvent", status=201)
    _assert_like(answer.json()["timeslot"], TIME_SLOT)
    assert to_the_minute.items() <= answer.json()["timeslot"].items()
