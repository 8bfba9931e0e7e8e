"""POST /v1/bookings (leko.yaml): each reason for which an order is refused, as its client reads it."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

import pytest

from bookings.models import CoachCount, Event, EventBooking, Order
from bookings.rules.event_booking import Role
from bookings.rules.events import Eligibility, Entry
from bookings.services.cancel_event import cancel_event
from notifications.models import Message
from scheduling.models import Client, StaffMember
from scheduling.rules.people import Gender
from scheduling.services.register_person import PersonData, register_staff_member
from tests.bookings.events.refusals import assert_refused
from tests.contracts.schema import assert_in_contract
from tests.support import cast, eventing
from tests.support.http import Rest

order_answer = partial(assert_in_contract, family="leko", operation="createBookingOrder")

WOMEN = Entry(eligibility=Eligibility.WOMEN)
YOUNGER = Entry(age_to=40)


def _at(hour: int, minute: int = 0) -> datetime:
    return cast.tomorrow_at(hour, minute, days=2)


def _full(ada: StaffMember, bob: Client) -> Event:
    return eventing.make_full_event(ada, _at(10))


def _past(ada: StaffMember, bob: Client) -> Event:
    return eventing.make_event(ada, cast.tomorrow_at(10, days=-1))


def _canceled(ada: StaffMember, bob: Client) -> Event:
    event = eventing.make_event(ada, _at(10))
    return cancel_event(event=event, role=Role.COACH, reason_code="Other", now=_at(9))


def _own(ada: StaffMember, bob: Client) -> Event:
    person = PersonData(given_name=bob.person.given_name, email=bob.person.email)
    return eventing.make_event(register_staff_member(person=person, brand_id=cast.main_brand().pk), _at(10))


def _for_younger_ones(ada: StaffMember, bob: Client) -> Event:
    return eventing.make_event(ada, _at(10), entry=YOUNGER)


def _for_younger_ones_than_bob(ada: StaffMember, bob: Client) -> Event:
    eventing.make_person(bob, born=date(1980, 1, 1))
    return _for_younger_ones(ada, bob)


def _for_women(ada: StaffMember, bob: Client) -> Event:
    return eventing.make_event(ada, _at(10), entry=WOMEN)


def _for_women_and_bob_is_none(ada: StaffMember, bob: Client) -> Event:
    eventing.make_person(bob, gender=Gender.MALE)
    return _for_women(ada, bob)


def _at_the_time_of_the_other(ada: StaffMember, bob: Client) -> Event:
    return eventing.make_event(cast.make_coach("Eve Coach"), _at(18, 30))


def _at_the_time_of_a_booking(ada: StaffMember, bob: Client) -> Event:
    eventing.make_place(eventing.make_event(cast.make_coach("Eve Coach"), _at(10)), bob)
    return eventing.make_event(ada, _at(10, 30))


def _booked_already(ada: StaffMember, bob: Client) -> Event:
    return eventing.make_place(eventing.make_event(ada, _at(10)), bob).event


def _of_another_brand(ada: StaffMember, bob: Client) -> Event:
    brand = cast.make_brand()
    return eventing.make_event(cast.make_coach("Kim Coach", brand=brand), _at(10), brand=brand)


@pytest.mark.parametrize(
    ("make", "code", "why"),
    [
        (_full, "event_full", "full"),
        (_past, "event_past", "begun"),
        (_canceled, "event_canceled", "canceled"),
        (_own, "own_event", "own"),
        (_for_younger_ones, "birth_date_unknown", "ages 18 to 40"),
        (_for_younger_ones_than_bob, "age_not_allowed", "ages 18 to 40"),
        (_for_women, "gender_unknown", "women"),
        (_for_women_and_bob_is_none, "not_eligible", "women"),
        (_at_the_time_of_the_other, "overlapping_booking", "at the time"),
        (_at_the_time_of_a_booking, "overlapping_booking", "at the time"),
        (_booked_already, "already_booked", "already"),
        (_of_another_brand, "unknown_event", "no event"),
    ],
)
def test_one_event_that_can_not_be_booked_refuses_the_whole_and_is_named(  # noqa: PLR0917
    ada: StaffMember, bob: Client, as_bob: Rest, make: Callable[[StaffMember, Client], Event], code: str, why: str
) -> None:
    fine, bad = eventing.make_event(ada, _at(18)), make(ada, bob)
    before = _written()

    answer = as_bob.post("/v1/bookings", eventing.sent_order(bob, fine, bad))

    order_answer(answer, status=400)
    assert_refused(answer, code, bad.pk, why)
    assert len(answer.json()["errors"]) == 1
    assert _written() == before


def _written() -> list[Any]:
    places = dict(Event.objects.values_list("pk", "taken"))
    counts = list(CoachCount.objects.values_list("client", "coach", "bookings"))
    return [places, counts, Order.objects.count(), EventBooking.objects.count(), Message.objects.count()]


def test_an_event_twice_is_named(ada: StaffMember, bob: Client, as_bob: Rest) -> None:
    fine, twice = eventing.make_event(ada, _at(18)), eventing.make_event(ada, _at(10))

    answer = as_bob.post("/v1/bookings", eventing.sent_order(bob, twice, fine, twice))

    order_answer(answer, status=400)
    assert_refused(answer, "event_twice", twice.pk)
    assert not Order.objects.exists()


def test_the_other_booking_is_named_too_when_two_overlap(ada: StaffMember, bob: Client, as_bob: Rest) -> None:
    booked = eventing.make_place(eventing.make_event(ada, _at(10)), bob).event
    wanted = eventing.make_event(cast.make_coach("Eve Coach"), booked.ends_at - timedelta(minutes=1))

    answer = as_bob.post("/v1/bookings", eventing.sent_order(bob, wanted))

    assert_refused(answer, "overlapping_booking", wanted.pk, booked.pk)
