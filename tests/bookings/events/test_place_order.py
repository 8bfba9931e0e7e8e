"""Ordering places in several events: all of them or none."""

from datetime import date, timedelta
from typing import Any

import pytest

from bookings import event_errors as errors
from bookings.models import CoachCount, Event, EventBooking, Order
from bookings.rules.event_booking import Role, Status
from bookings.services.cancel_event_booking import cancel_event_booking
from bookings.services.place_order import place_order
from bookings.services.places import take_places
from notifications.models import Message
from tenants.brands.models import Brand
from tests.support import cast, eventing
from tests.support.eventing import at, make_event, make_place, order


@pytest.fixture
def coach(north: Any) -> Any:
    return cast.make_coach()


@pytest.fixture
def bob(north: Any) -> Any:
    return cast.make_client()


def _nothing_is_written() -> None:
    assert not Order.objects.exists()
    assert not EventBooking.objects.exists()
    assert not CoachCount.objects.exists()
    assert not Message.objects.exists()
    assert not Event.objects.exclude(taken=0).exists()


def test_an_order_books_a_place_in_each_event(coach: Any, bob: Any) -> None:
    later, sooner = make_event(coach, at(9, 10), price=1500), make_event(coach, at(8, 10), price=700)

    placed = order(bob, later, sooner)

    bookings = {booking.event_id: booking for booking in placed.bookings.all()}
    assert bookings.keys() == {later.pk, sooner.pk}
    assert {b.status for b in bookings.values()} == {Status.ACCEPTED}
    assert (bookings[later.pk].price, bookings[sooner.pk].price) == (1500, 700)
    # Of two bookings of a coach in one order the earlier event is the first.
    assert (bookings[sooner.pk].cardinality, bookings[later.pk].cardinality) == (1, 2)
    assert placed.payment_status == Order.PaymentStatus.CASH
    assert list(Event.objects.values_list("taken", flat=True)) == [1, 1]
    told = Message.objects.filter(subject_kind="event_booking", event="booked")
    assert {message.subject_id for message in told} == {b.pk for b in bookings.values()}


def test_where_approval_is_wanted_the_place_is_taken_and_the_booking_waits(coach: Any, bob: Any) -> None:
    booking = make_place(make_event(coach, at(8, 10), needs_approval=True), bob)

    assert booking.status == Status.PENDING
    assert Event.objects.get().taken == 1


def test_which_of_the_bookings_with_a_coach_it_is_counts_on_after_a_cancellation(coach: Any, bob: Any) -> None:
    other = cast.make_coach("Eve Coach")
    first = make_place(make_event(coach, at(8, 10)), bob)
    cancel_event_booking(booking=first, role=Role.ATHLETE, reason_code="NoTime", now=at(7, 12))

    again = make_place(make_event(coach, at(9, 10)), bob)
    elsewhere = make_place(make_event(other, at(10, 10)), bob)
    carols = make_place(make_event(coach, at(11, 10)), cast.make_client("Carol Client"))

    assert [b.cardinality for b in (first, again, elsewhere, carols)] == [1, 2, 1, 1]


def test_an_event_twice_and_one_that_is_booked_already(coach: Any, bob: Any) -> None:
    event = make_event(coach, at(8, 10))
    with pytest.raises(errors.EventTwiceError):
        order(bob, event, event)
    _nothing_is_written()

    make_place(event, bob)
    with pytest.raises(errors.AlreadyBookedError):
        make_place(event, bob)
    assert Event.objects.get().taken == 1


def test_who_has_canceled_may_book_again(coach: Any, bob: Any) -> None:
    event = make_event(coach, at(8, 10), places=1)
    cancel_event_booking(booking=make_place(event, bob), role=Role.ATHLETE, reason_code="NoTime", now=at(7, 12))

    assert make_place(event, bob).status == Status.ACCEPTED


def test_an_overlap_with_what_is_booked_is_refused_unless_the_brand_allows_it(coach: Any, bob: Any) -> None:
    first = make_event(coach, at(8, 10))
    second = make_event(cast.make_coach("Eve Coach"), at(8, 10, 30))
    after = make_event(cast.make_coach("Ian Coach"), at(8, 11))
    make_place(first, bob)
    with pytest.raises(errors.OverlappingBookingError) as refused:
        make_place(second, bob)
    assert refused.value.data == {"event_id": str(second.pk), "other": f"event {first.pk}"}

    assert make_place(after, bob)  # half-open: it begins when the first one ends
    eventing.allow_overlaps()
    assert make_place(second, bob)


def test_an_overlap_with_another_brands_event_is_refused_without_its_name(coach: Any, bob: Any) -> None:
    south = Brand.objects.create(slug="south", name="South")
    elsewhere = make_event(cast.make_coach("Eve Coach", brand=south), at(8, 10), brand=south)
    make_place(elsewhere, bob)
    with pytest.raises(errors.OverlappingBookingError) as refused:
        make_place(make_event(coach, at(8, 10, 30)), bob)
    assert "in another booking at the time" in str(refused.value)
    assert str(elsewhere.pk) not in str(refused.value)
    assert str(elsewhere.pk) not in str(refused.value.data)


def test_a_place_that_goes_between_the_look_and_the_taking(coach: Any, bob: Any, monkeypatch: Any) -> None:
    event, other = make_event(coach, at(8, 10), places=1), make_event(coach, at(8, 12))

    def somebody_is_faster(event_ids: Any) -> Any:
        Event.objects.filter(pk=event.pk).update(taken=1)
        return take_places(event_ids)

    monkeypatch.setattr("bookings.services.place_order.take_places", somebody_is_faster)
    with pytest.raises(errors.EventFullError):
        order(bob, event, other)

    assert not Order.objects.exists()
    assert Event.objects.get(pk=other.pk).taken == 0


def test_the_age_is_that_of_the_events_own_date(coach: Any, bob: Any) -> None:
    eventing.make_person(bob, born=date(2012, 1, 9))
    eighteen = make_event(coach, at(9, 3), zone="UTC")
    not_yet = make_event(cast.make_coach("Eve Coach"), at(9, 5), zone="America/New_York")  # the 9th too
    too_young = make_event(cast.make_coach("Ian Coach"), at(9, 4), zone="America/New_York")  # 23:00 on the 8th

    eventing.allow_overlaps()
    order(bob, eighteen, not_yet, now=at(1, 0))
    with pytest.raises(errors.AgeNotAllowedError):
        order(bob, too_young, now=at(1, 0))


def test_the_order_of_an_erased_or_foreign_client_finds_no_event(coach: Any, north: Any) -> None:
    kim = cast.make_client("Kim Client", brand=cast.make_brand())
    event = make_event(coach, at(8, 10))

    with pytest.raises(errors.UnknownEventError):
        place_order(client=kim, brand_id=kim.brands.get().pk, event_ids=[event.pk], now=at(8, 10) - timedelta(days=1))
