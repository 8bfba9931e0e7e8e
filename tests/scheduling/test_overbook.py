"""Overbooking: taking time beside its holder, and what becomes of it when the holder goes."""

from typing import Any

import pytest

from scheduling.models import Reservation
from scheduling.rules.ledger import Subject, Taken
from scheduling.selectors.ledger import holders
from scheduling.services.ledger import OverbookReasonRequiredError, SlotTakenError, move, release, reserve
from tests.scheduling.ledger import active, beside, held, hours, later, make_resource, some

_REASON = "An emergency"


def _overbook(room: int, starts: float, ends: float) -> Subject:
    subject = some()
    reserve(
        resource_ids=[room], period=hours(starts, ends), subject=subject, now=later(), overbook=True, reason=_REASON
    )
    return subject


def _take(room: int, starts: float, ends: float) -> Subject:
    subject = some()
    reserve(resource_ids=[room], period=hours(starts, ends), subject=subject, now=later())
    return subject


@pytest.mark.parametrize("reason", ["", "  "])
def test_overbooking_needs_a_reason_even_where_the_time_is_free(north: Any, reason: str) -> None:
    room = make_resource()

    with pytest.raises(OverbookReasonRequiredError):
        reserve(resource_ids=[room], period=hours(9, 10), subject=some(), now=later(), overbook=True, reason=reason)

    assert active(room) == []


def test_overbooking_takes_free_time_exclusively(north: Any) -> None:
    room = make_resource()

    subject = _overbook(room, 9, 10)

    assert held(room) == [(9, 10, subject)]
    assert beside(room) == []


def test_overbooking_takes_taken_time_beside_its_holder_and_keeps_the_reason(north: Any) -> None:
    room = make_resource()
    first = _take(room, 9, 10)

    second = _overbook(room, 9, 10)

    assert held(room) == [(9, 10, first)]
    assert beside(room) == [(9, 10, second)]
    assert Reservation.objects.get(subject_id=second.id).overbook_reason == _REASON


def test_overbooking_splits_into_the_free_time_and_the_time_beside_each_holder(north: Any) -> None:
    room = make_resource()
    one, two = _take(room, 9, 10), _take(room, 11, 12)
    subject = some()

    taken = reserve(
        resource_ids=[room], period=hours(9.5, 12.5), subject=subject, now=later(), overbook=True, reason=_REASON
    )

    assert held(room) == [(9, 10, one), (10, 11, subject), (11, 12, two), (12, 12.5, subject)]
    assert beside(room) == [(9.5, 10, subject), (11, 12, subject)]
    assert taken == [
        Taken(room, hours(10, 11)),
        Taken(room, hours(12, 12.5)),
        Taken(room, hours(9.5, 10), exclusive=False),
        Taken(room, hours(11, 12), exclusive=False),
    ]


def test_of_several_resources_only_the_taken_ones_are_overbooked(north: Any) -> None:
    one, two, subject = make_resource(), make_resource(), some()
    holder = _take(one, 9, 10)

    reserve(resource_ids=[one, two], period=hours(9, 10), subject=subject, now=later(), overbook=True, reason=_REASON)

    assert (held(one), beside(one)) == ([(9, 10, holder)], [(9, 10, subject)])
    assert (held(two), beside(two)) == ([(9, 10, subject)], [])


def test_overbooked_time_is_busy_for_everybody_else(north: Any) -> None:
    room = make_resource()
    first = _take(room, 9, 10)
    second = _overbook(room, 9.5, 11)

    for starts, ends in [(9.5, 10), (10, 10.5), (10.5, 11)]:
        with pytest.raises(SlotTakenError):
            _take(room, starts, ends)

    assert [taken for taken, _ in holders(resource_id=room, period=hours(0, 24))] == [hours(9, 10), hours(10, 11)]
    assert holders(resource_id=room, period=hours(9.5, 10.5)) == [(hours(9, 10), first), (hours(10, 11), second)]


def test_when_the_holder_goes_the_overbooked_time_becomes_exclusive(north: Any) -> None:
    room = make_resource()
    holder = _take(room, 9, 10)
    second = _overbook(room, 9, 10)

    release(subject=holder)

    assert held(room) == [(9, 10, second)]
    assert beside(room) == []
    assert Reservation.objects.get(subject_id=second.id, active=True).overbook_reason == _REASON


def test_the_oldest_overbooked_time_is_promoted_first(north: Any) -> None:
    room = make_resource()
    holder = _take(room, 9, 10)
    second, third = _overbook(room, 9, 10), _overbook(room, 9, 10)

    release(subject=holder)
    assert (held(room), beside(room)) == ([(9, 10, second)], [(9, 10, third)])

    release(subject=second)
    assert (held(room), beside(room)) == ([(9, 10, third)], [])


def test_time_that_was_promoted_in_part_keeps_its_age(north: Any) -> None:
    room = make_resource()
    one, two = _take(room, 9, 10), _take(room, 10, 11)
    older = _overbook(room, 9, 11)
    younger = _overbook(room, 10, 11)

    release(subject=one)
    release(subject=two)

    assert [(starts, ends) for starts, ends, subject in held(room) if subject == older] == [(9, 10), (10, 11)]
    assert beside(room) == [(10, 11, younger)]


def test_only_the_part_that_fits_is_promoted(north: Any) -> None:
    room = make_resource()
    one, two = _take(room, 9, 10), _take(room, 10, 11)
    third = _overbook(room, 9.5, 10.5)

    release(subject=one)

    assert held(room) == [(9.5, 10, third), (10, 11, two)]
    assert beside(room) == [(10, 10.5, third)]


def test_when_who_was_overbooked_goes_the_holder_stays(north: Any) -> None:
    room = make_resource()
    holder = _take(room, 9, 10)
    second = _overbook(room, 9, 11)

    release(subject=second)

    assert active(room) == [active(room)[0]]
    assert held(room) == [(9, 10, holder)]


def test_a_move_promotes_who_was_overbooked_in_the_old_time(north: Any) -> None:
    room = make_resource()
    holder = _take(room, 9, 10)
    second = _overbook(room, 9, 10)

    move(subject=holder, resource_ids=[room], period=hours(9.5, 10.5), now=later())

    assert held(room) == [(9, 9.5, second), (9.5, 10.5, holder)]
    assert beside(room) == [(9.5, 10, second)]


def test_a_forced_move_goes_beside_the_holder(north: Any) -> None:
    room = make_resource()
    holder, mover = _take(room, 9, 10), _take(room, 11, 12)

    move(subject=mover, resource_ids=[room], period=hours(9, 10), now=later(), overbook=True, reason=_REASON)

    assert (held(room), beside(room)) == ([(9, 10, holder)], [(9, 10, mover)])


def test_a_move_that_lacks_its_reason_keeps_the_old_time(north: Any) -> None:
    room = make_resource()
    mover = _take(room, 11, 12)

    with pytest.raises(OverbookReasonRequiredError):
        move(subject=mover, resource_ids=[room], period=hours(9, 10), now=later(), overbook=True)

    assert held(room) == [(11, 12, mover)]
