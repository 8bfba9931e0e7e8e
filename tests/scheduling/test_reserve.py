"""Taking time: `reserve`, `move`, `release` without overbooking."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from scheduling.models import Reservation
from scheduling.rules.ledger import Taken
from scheduling.services.ledger import SlotTakenError, move, release, reserve
from tests.scheduling.ledger import active, held, hours, later, make_resource, some


def test_free_time_is_taken_on_all_resources(north: Any) -> None:
    one, two, subject = make_resource(), make_resource(), some()

    taken = reserve(resource_ids=[two, one], period=hours(9, 10), subject=subject, now=later())

    assert taken == [Taken(one, hours(9, 10)), Taken(two, hours(9, 10))]
    assert held(one) == held(two) == [(9, 10, subject)]


def test_a_resource_that_is_named_twice_is_taken_once(north: Any) -> None:
    room, subject = make_resource(), some()

    reserve(resource_ids=[room, room], period=hours(9, 10), subject=subject, now=later())

    assert held(room) == [(9, 10, subject)]


@pytest.mark.parametrize(("starts", "ends"), [(9, 10), (8.5, 9.5), (9.5, 10.5), (9.25, 9.75), (8, 11)])
def test_taken_time_is_refused_however_it_overlaps(north: Any, starts: float, ends: float) -> None:
    room, first = make_resource(), some()
    reserve(resource_ids=[room], period=hours(9, 10), subject=first, now=later())

    with pytest.raises(SlotTakenError):
        reserve(resource_ids=[room], period=hours(starts, ends), subject=some(), now=later())

    assert held(room) == [(9, 10, first)]


def test_time_that_only_touches_is_free(north: Any) -> None:
    room = make_resource()
    before, middle, after = some(), some(), some()

    reserve(resource_ids=[room], period=hours(9, 10), subject=middle, now=later())
    reserve(resource_ids=[room], period=hours(8, 9), subject=before, now=later())
    reserve(resource_ids=[room], period=hours(10, 11), subject=after, now=later())

    assert held(room) == [(8, 9, before), (9, 10, middle), (10, 11, after)]


def test_another_resource_is_not_in_the_way(north: Any) -> None:
    one, two = make_resource(), make_resource()

    reserve(resource_ids=[one], period=hours(9, 10), subject=some(), now=later())
    reserve(resource_ids=[two], period=hours(9, 10), subject=some(), now=later())

    assert len(active(one, two)) == 2


def test_a_refusal_names_what_is_taken_and_takes_nothing(north: Any) -> None:
    one, two, three = make_resource("Room 1"), make_resource("Room 2"), make_resource("Room 3")
    first = some()
    reserve(resource_ids=[one, three], period=hours(9, 10), subject=first, now=later())

    with pytest.raises(SlotTakenError, match=r"^That time is taken: Room 1, Room 3\.$") as refusal:
        reserve(resource_ids=[one, two, three], period=hours(9, 10), subject=some(), now=later())

    assert refusal.value.data["resource_ids"] == [one, three]
    assert held(two) == []
    assert not Reservation.objects.filter(resource_id=two).exists()


def test_the_transaction_goes_on_after_a_refusal(north: Any) -> None:
    one, two = make_resource(), make_resource()
    loser = some()
    reserve(resource_ids=[one], period=hours(9, 10), subject=some(), now=later())

    with transaction.atomic():
        with pytest.raises(SlotTakenError):
            reserve(resource_ids=[one, two], period=hours(9, 10), subject=loser, now=later())
        reserve(resource_ids=[two], period=hours(9, 10), subject=loser, now=later())

    assert held(two) == [(9, 10, loser)]


def test_released_time_can_be_taken_again(north: Any) -> None:
    one, two, first, second = make_resource(), make_resource(), some(), some()
    reserve(resource_ids=[one, two], period=hours(9, 10), subject=first, now=later())

    released = release(subject=first)
    reserve(resource_ids=[one, two], period=hours(9, 10), subject=second, now=later())

    assert sorted(taken.resource_id for taken in released) == [one, two]
    assert held(one) == held(two) == [(9, 10, second)]


def test_releasing_what_holds_nothing_changes_nothing(north: Any) -> None:
    room, first = make_resource(), some()
    reserve(resource_ids=[room], period=hours(9, 10), subject=first, now=later())

    assert release(subject=some()) == []
    assert held(room) == [(9, 10, first)]


def test_the_same_id_of_another_kind_is_another_subject(north: Any) -> None:
    room, booking = make_resource(), some("booking")
    visit = type(booking)("visit", booking.id)
    reserve(resource_ids=[room], period=hours(9, 10), subject=booking, now=later())

    release(subject=visit)

    assert held(room) == [(9, 10, booking)]


def test_a_move_takes_the_new_time_and_frees_the_old(north: Any) -> None:
    one, two, subject, next_one = make_resource(), make_resource(), some(), some()
    reserve(resource_ids=[one], period=hours(9, 10), subject=subject, now=later())

    move(subject=subject, resource_ids=[two], period=hours(11, 12), now=later())
    reserve(resource_ids=[one], period=hours(9, 10), subject=next_one, now=later())

    assert held(one) == [(9, 10, next_one)]
    assert held(two) == [(11, 12, subject)]


def test_a_move_may_overlap_the_old_time(north: Any) -> None:
    room, subject = make_resource(), some()
    reserve(resource_ids=[room], period=hours(9, 10), subject=subject, now=later())

    move(subject=subject, resource_ids=[room], period=hours(9.5, 10.5), now=later())

    assert held(room) == [(9.5, 10.5, subject)]


def test_a_move_into_taken_time_keeps_the_old_time(north: Any) -> None:
    one, two, subject, other = make_resource(), make_resource("Room 2"), some(), some()
    reserve(resource_ids=[one, two], period=hours(9, 10), subject=subject, now=later())
    reserve(resource_ids=[two], period=hours(10, 11), subject=other, now=later())

    with pytest.raises(SlotTakenError, match=r"Room 2\.$"):
        move(subject=subject, resource_ids=[one, two], period=hours(9.5, 10.5), now=later())

    assert held(one) == [(9, 10, subject)]
    assert held(two) == [(9, 10, subject), (10, 11, other)]


def test_postgres_itself_refuses_what_goes_past_the_ledger(north: Any) -> None:
    room = make_resource()
    reserve(resource_ids=[room], period=hours(9, 10), subject=some(), now=later())

    with pytest.raises(IntegrityError, match="reservation_no_overlap"), transaction.atomic():
        Reservation.objects.create(
            resource_id=room,
            during=(hours(9.5, 10.5).start, hours(9.5, 10.5).end),
            subject_kind="test",
            subject_id=some().id,
            created_at=later(),
        )
