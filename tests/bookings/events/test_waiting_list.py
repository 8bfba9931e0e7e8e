"""The line for a full event: who may join it, who is offered what, and for how long."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from bookings import event_errors as errors
from bookings.models import Event, EventBooking, EventSettings, WaitingPlace
from bookings.rules.event_booking import Role, Status
from bookings.rules.events import Entry
from bookings.rules.waiting import WaitingState
from bookings.selectors.waiting import line_of, waiting_of_user
from bookings.services.cancel_event import cancel_event
from bookings.services.cancel_event_booking import cancel_event_booking
from bookings.services.decide_event_booking import decide_event_booking
from bookings.services.leave_waiting_list import leave_waiting_list
from bookings.services.pass_on_offers import pass_on_offers, tenants_with_due_lines
from notifications.models import Message
from notifications.models.rules import Rule
from tenants.errors import StaleVersionError
from tenants.leases import database_now
from tests.support import cast, eventing
from tests.support.eventing import at, let_offers_expire, make_event, make_place, miscounted, order, wait_for

START = at(8, 10)
BEFORE = START - timedelta(hours=1)
SECOND = timedelta(seconds=1)


@pytest.fixture(autouse=True)
def _counted(north: Any) -> Iterator[None]:
    """Whatever a test does, all places are accounted for afterwards."""
    yield
    assert miscounted() == []


@pytest.fixture
def event(north: Any) -> Event:
    """With one place, which Bob has."""
    event = make_event(cast.make_coach(), START, places=1)
    make_place(event, cast.make_client())
    return event


@pytest.fixture
def carol(north: Any) -> Any:
    return cast.make_client("Carol Client")


@pytest.fixture
def dan(north: Any) -> Any:
    return cast.make_client("Dan Client")


def _cancel(event: Event) -> None:
    booking = EventBooking.objects.filter(event=event, status=Status.ACCEPTED).earliest("created_at")
    cancel_event_booking(booking=booking, role=Role.ATHLETE, reason_code="NoTime", now=BEFORE)


def _states(event: Event) -> list[tuple[str, str]]:
    line = event.waiting.order_by("number").values_list("client__person__given_name", "state")
    return list(line)


def _booked(event: Event) -> list[str]:
    booked = EventBooking.objects.filter(event=event, status=Status.ACCEPTED)
    return list(booked.values_list("client__person__given_name", flat=True))


def test_a_freed_place_is_offered_to_the_next_in_line_for_an_hour(event: Event, carol: Any, dan: Any) -> None:
    first, second = wait_for(event, carol), wait_for(event, dan)
    assert (first.number, second.number) == (1, 2)

    _cancel(event)

    first.refresh_from_db()
    assert _states(event) == [("Carol", "offered"), ("Dan", "waiting")]
    assert first.offered_until is not None
    assert abs(first.offered_until - database_now() - timedelta(minutes=60)) < timedelta(seconds=10)
    event.refresh_from_db()
    assert (event.taken, event.free) == (1, 0)


def test_how_long_a_brand_says_and_never_beyond_the_start(carol: Any, event: Event) -> None:
    EventSettings.objects.create(brand=event.brand, offer_minutes=5)
    soon = make_event(cast.make_coach("Eve Coach"), database_now().replace(microsecond=0) + timedelta(minutes=2),
                      places=1, now=database_now() - timedelta(days=1))  # fmt: skip
    make_place(soon, cast.make_client())
    places = [wait_for(event, carol), wait_for(soon, cast.make_client("Kay Client"), now=database_now())]
    _cancel(event)
    booking = EventBooking.objects.get(event=soon)
    cancel_event_booking(booking=booking, role=Role.ATHLETE, reason_code="NoTime", now=database_now())

    for place in places:
        place.refresh_from_db()
    assert places[0].offered_until is not None
    assert abs(places[0].offered_until - database_now() - timedelta(minutes=5)) < timedelta(seconds=10)
    assert places[1].offered_until == soon.starts_at


def test_who_is_offered_a_place_books_it_and_nobody_else(event: Event, carol: Any, dan: Any) -> None:
    wait_for(event, carol)
    _cancel(event)

    with pytest.raises(errors.EventFullError):
        order(dan, event)
    order(carol, event)

    assert _booked(event) == ["Carol"]
    assert _states(event) == [("Carol", "booked")]


def test_an_order_of_several_takes_offers_and_free_places_in_one(event: Event, carol: Any) -> None:
    other = make_event(cast.make_coach("Eve Coach"), at(9, 10), places=3)
    wait_for(event, carol)
    _cancel(event)

    order(carol, other, event)

    assert _booked(event) == _booked(other) == ["Carol"]
    assert Event.objects.get(pk=other.pk).taken == 1


def test_an_offer_is_used_even_where_another_place_has_become_free(carol: Any, north: Any) -> None:
    event = make_event(cast.make_coach(), START, places=2)
    make_place(event, cast.make_client())
    make_place(event, cast.make_client("Eli Client"))
    wait_for(event, carol)
    _cancel(event)
    _cancel(event)
    assert Event.objects.get(pk=event.pk).taken == 1

    order(carol, event)

    assert _states(event) == [("Carol", "booked")]
    assert Event.objects.get(pk=event.pk).taken == 1


def test_an_order_that_fails_leaves_the_offer(event: Event, carol: Any) -> None:
    full = make_event(cast.make_coach("Eve Coach"), at(9, 10), places=1)
    make_place(full, cast.make_client("Eli Client"))
    wait_for(event, carol)
    _cancel(event)

    with pytest.raises(errors.EventFullError) as refused:
        order(carol, event, full)

    assert str(full.pk) in str(refused.value)
    assert _states(event) == [("Carol", "offered")]


def test_an_expired_offer_goes_to_the_next_and_not_to_who_comes_by(event: Event, carol: Any, dan: Any) -> None:
    wait_for(event, carol)
    wait_for(event, dan)
    _cancel(event)
    let_offers_expire()

    with pytest.raises(errors.EventFullError):
        order(cast.make_client("Fay Client"), event)
    with pytest.raises(errors.EventFullError):
        order(carol, event)
    assert pass_on_offers() == 1
    assert _states(event) == [("Carol", "expired"), ("Dan", "offered")]
    order(dan, event)

    assert _booked(event) == ["Dan"]


def test_where_nobody_waits_an_expired_offer_is_anybodys(event: Event, carol: Any, dan: Any) -> None:
    wait_for(event, carol)
    _cancel(event)
    let_offers_expire()

    order(dan, event)

    assert _booked(event) == ["Dan"]
    assert _states(event) == [("Carol", "expired")]


def test_who_comes_too_late_for_their_own_offer_may_still_have_the_place(event: Event, carol: Any) -> None:
    wait_for(event, carol)
    _cancel(event)
    let_offers_expire()

    order(carol, event)

    assert _booked(event) == ["Carol"]
    assert _states(event) == [("Carol", "expired")]


def test_the_task_frees_what_nobody_wants(event: Event, carol: Any) -> None:
    wait_for(event, carol)
    _cancel(event)
    assert tenants_with_due_lines() == []
    assert pass_on_offers() == 0
    let_offers_expire()

    assert tenants_with_due_lines() == ["north"] or len(tenants_with_due_lines()) == 1
    assert pass_on_offers() == 1

    assert Event.objects.get(pk=event.pk).taken == 0
    assert tenants_with_due_lines() == []


def test_each_place_that_becomes_free_is_offered_once(carol: Any, dan: Any, north: Any) -> None:
    event = make_event(cast.make_coach(), START, places=2)
    make_place(event, cast.make_client())
    make_place(event, cast.make_client("Eli Client"))
    wait_for(event, carol)
    wait_for(event, dan)

    _cancel(event)
    assert _states(event) == [("Carol", "offered"), ("Dan", "waiting")]
    _cancel(event)
    assert _states(event) == [("Carol", "offered"), ("Dan", "offered")]
    let_offers_expire()
    pass_on_offers()

    assert Event.objects.get(pk=event.pk).taken == 0


def test_a_rejected_booking_frees_its_place_for_who_waits(carol: Any, north: Any) -> None:
    event = make_event(cast.make_coach(), START, places=1, needs_approval=True)
    pending = make_place(event, cast.make_client())
    wait_for(event, carol)

    decide_event_booking(booking=pending, accept=False, now=BEFORE)
    order(carol, event)

    assert _states(event) == [("Carol", "booked")]
    assert EventBooking.objects.get(event=event, client=carol).status == Status.PENDING


def test_who_leaves_is_passed_over_and_gives_back_what_they_were_offered(event: Event, carol: Any, dan: Any) -> None:
    first, second = wait_for(event, carol), wait_for(event, dan)
    third = wait_for(event, cast.make_client("Fay Client"))
    leave_waiting_list(place=second, now=BEFORE)
    _cancel(event)
    assert _states(event) == [("Carol", "offered"), ("Dan", "left"), ("Fay", "waiting")]

    leave_waiting_list(place=first, now=BEFORE)
    assert _states(event) == [("Carol", "left"), ("Dan", "left"), ("Fay", "offered")]
    leave_waiting_list(place=third, now=BEFORE)

    assert Event.objects.get(pk=event.pk).taken == 0
    with pytest.raises(errors.NotInLineError):
        leave_waiting_list(place=first, now=BEFORE)


def test_who_left_joins_again_at_the_end(event: Event, carol: Any, dan: Any) -> None:
    first = wait_for(event, carol)
    wait_for(event, dan)
    with pytest.raises(StaleVersionError):
        leave_waiting_list(place=first, now=BEFORE, expected=frozenset({7}))
    leave_waiting_list(place=first, now=BEFORE, expected=frozenset({1}))

    assert wait_for(event, carol).number == 3
    assert [place.client for place in line_of(event)] == [dan, carol]


def test_positions_count_who_waits_before(event: Event, carol: Any, dan: Any) -> None:
    fay = cast.make_client("Fay Client")
    for client in (carol, dan, fay):
        wait_for(event, client)
    assert [place.position for place in line_of(event)] == [1, 2, 3]  # type: ignore[attr-defined]
    _cancel(event)

    assert [(p.state, p.position) for p in line_of(event)] == [("offered", 0), ("waiting", 1), ("waiting", 2)]  # type: ignore[attr-defined]
    (mine,) = waiting_of_user(fay.person_id, brand_id=event.brand_id)
    assert (mine.event, mine.position) == (event, 2)  # type: ignore[attr-defined]


@pytest.mark.parametrize("case", ["free", "past", "canceled", "own", "age", "booked", "twice"])
def test_who_may_wait_is_who_might_book(event: Event, carol: Any, case: str) -> None:
    now, client = BEFORE, carol
    wanted: type[Exception] = errors.PlaceFreeError
    if case == "free":
        _cancel(event)
    elif case == "past":
        now, wanted = START, errors.EventPastError
    elif case == "canceled":
        cancel_event(event=event, role=Role.COACH, reason_code="Other", now=BEFORE)
        wanted = errors.EventCanceledError
    elif case == "own":
        client, wanted = cast.make_client("Ada Coach"), errors.OwnEventError
        client.person = event.coach.person
        client.save()
    elif case == "age":
        event = make_event(cast.make_coach("Eve Coach"), START, places=1, entry=Entry(age_to=40))
        make_place(event, eventing.make_person(cast.make_client(), born=date(2000, 1, 1)))
        wanted = errors.BirthDateUnknownError
    elif case == "booked":
        client, wanted = EventBooking.objects.get(event=event).client, errors.AlreadyBookedError
    else:
        wait_for(event, carol)
        wanted = errors.AlreadyWaitingError

    with pytest.raises(wanted):
        wait_for(event, client, now=now)


def test_a_place_whose_offer_has_expired_is_free_for_who_would_wait(event: Event, carol: Any, dan: Any) -> None:
    wait_for(event, carol)
    _cancel(event)
    let_offers_expire()

    with pytest.raises(errors.PlaceFreeError):
        wait_for(event, dan)


def test_who_joins_passes_an_expired_offer_on(event: Event, carol: Any, dan: Any) -> None:
    wait_for(event, carol)
    wait_for(event, dan)
    _cancel(event)
    let_offers_expire()

    wait_for(event, carol)

    assert _states(event) == [("Carol", "expired"), ("Dan", "offered"), ("Carol", "waiting")]


def test_a_canceled_event_closes_its_line(event: Event, carol: Any, dan: Any) -> None:
    wait_for(event, carol)
    wait_for(event, dan)
    _cancel(event)

    cancel_event(event=event, role=Role.COACH, reason_code="Other", now=BEFORE)

    assert _states(event) == [("Carol", "closed"), ("Dan", "closed")]
    assert Event.objects.get(pk=event.pk).taken == 0


def test_what_has_begun_is_offered_to_nobody_and_its_line_ends(carol: Any, dan: Any, north: Any) -> None:
    event = make_event(cast.make_coach(), START, places=2)
    make_place(event, cast.make_client())
    make_place(event, cast.make_client("Eli Client"))
    wait_for(event, carol)
    wait_for(event, dan)
    _cancel(event)
    begun = database_now() - timedelta(minutes=1)
    Event.objects.filter(pk=event.pk).update(starts_at=begun, ends_at=begun + timedelta(hours=1))
    WaitingPlace.objects.offered().update(offered_until=begun)
    assert len(tenants_with_due_lines()) == 1

    booking = EventBooking.objects.get(event=event, status=Status.ACCEPTED)
    cancel_event_booking(booking=booking, role=Role.COACH, reason_code="Other", now=begun)
    assert _states(event) == [("Carol", "offered"), ("Dan", "waiting")]
    WaitingPlace.objects.filter(client=dan).update(state=WaitingState.WAITING)
    assert pass_on_offers() == 1

    assert _states(event) == [("Carol", "expired"), ("Dan", "closed")]
    assert Event.objects.get(pk=event.pk).taken == 0
    assert tenants_with_due_lines() == []


def test_who_is_offered_a_place_is_told_and_of_what_is_over_no_more(event: Event, carol: Any, dan: Any) -> None:
    Rule.objects.create(event="offer_expired")
    Rule.objects.create(event="before_start", offset_minutes=60)
    mine = wait_for(event, carol)
    wait_for(event, dan)
    told = Message.objects.filter(subject_kind="waiting_place")
    assert not told.exists()

    _cancel(event)
    (message,) = told
    assert (message.event, message.recipient_id, message.subject_id) == ("place_offered", carol.person_id, mine.pk)
    assert (message.state, message.due_at <= database_now()) == ("planned", True)
    let_offers_expire()
    pass_on_offers()

    assert sorted(told.values_list("event", "recipient", "state")) == sorted(
        [
            ("place_offered", carol.person_id, "superseded"),
            ("offer_expired", carol.person_id, "planned"),
            ("place_offered", dan.person_id, "planned"),
        ]
    )
