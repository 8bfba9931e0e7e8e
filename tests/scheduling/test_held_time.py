"""Time that is held: it keeps others out, ends by itself, and becomes a booking's."""

from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F

from scheduling.models import Reservation
from scheduling.rules.ledger import Subject, Taken
from scheduling.services import ledger
from scheduling.services.ledger import SlotTakenError, confirm, reserve
from tests.scheduling.ledger import active, beside, held, hours, later, make_resource, some

TEN = timedelta(minutes=10)


def _hold(*rooms: int, starts: float = 9, ends: float = 10) -> Subject:
    hold = some("hold")
    reserve(resource_ids=rooms, period=hours(starts, ends), subject=hold, now=later(), holds_for=TEN)
    return hold


def _expire(hold: Subject) -> None:
    """As if ten minutes had passed on the database's clock."""
    Reservation.objects.filter(subject_id=hold.id).update(expires_at=F("expires_at") - TEN)


def _take(*rooms: int, starts: float = 9, ends: float = 10) -> Subject:
    subject = some()
    reserve(resource_ids=rooms, period=hours(starts, ends), subject=subject, now=later())
    return subject


def test_a_hold_keeps_others_out(north: Any) -> None:
    room = make_resource()
    hold = _hold(room)

    with pytest.raises(SlotTakenError):
        _take(room)

    assert held(room) == [(9, 10, hold)]


def test_what_a_hold_held_is_there_for_who_asks_after_its_end(north: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    room = make_resource()
    _expire(_hold(room))

    with monkeypatch.context() as without_the_guard:
        without_the_guard.setattr(ledger, "_end_expired", lambda *_: False)
        with pytest.raises(SlotTakenError):
            _take(room)

    taken = _take(room)
    assert held(room) == [(9, 10, taken)]


def test_two_expired_holds_and_a_living_one_in_the_way(north: Any) -> None:
    room = make_resource()
    _expire(_hold(room, starts=9, ends=9.5))
    _expire(_hold(room, starts=9.5, ends=10))
    living = _hold(room, starts=10, ends=11)

    with pytest.raises(SlotTakenError):
        _take(room, ends=10.5)
    taken = _take(room)

    assert held(room) == [(9, 10, taken), (10, 11, living)]


def test_of_several_resources_all_or_none_is_taken(north: Any) -> None:
    one, two, three = make_resource(), make_resource("Room 2"), make_resource("Room 3")
    hold = _hold(two)

    with pytest.raises(SlotTakenError, match=r"Room 2\.$"):
        _take(one, two, three)
    assert active(one, three) == []

    _expire(hold)
    taken = _take(one, two, three)
    assert {row.subject for row in active(one, two, three)} == {taken}


def test_overbooked_time_beside_a_hold_is_taken_in_earnest_when_it_ends(north: Any) -> None:
    room = make_resource()
    hold, urgent = _hold(room), some()
    reserve(
        resource_ids=[room], period=hours(9, 9.5), subject=urgent, now=later(), overbook=True, reason="An emergency"
    )
    assert beside(room) == [(9, 9.5, urgent)]
    _expire(hold)

    with pytest.raises(SlotTakenError):
        _take(room)
    taken = _take(room, starts=9.5)

    assert held(room) == [(9, 9.5, urgent), (9.5, 10, taken)]
    assert beside(room) == []


def test_overbooking_takes_expired_time_in_earnest(north: Any) -> None:
    room, urgent = make_resource(), some()
    _expire(_hold(room))

    reserve(resource_ids=[room], period=hours(9, 10), subject=urgent, now=later(), overbook=True, reason="An emergency")

    assert held(room) == [(9, 10, urgent)]


def test_a_confirmed_hold_is_the_bookings_for_good(north: Any) -> None:
    one, two = make_resource(), make_resource()
    hold, booking = _hold(one, two), some()

    taken = confirm(hold=hold, resource_ids=[one, two], period=hours(9, 10), subject=booking)

    assert taken == [Taken(one, hours(9, 10)), Taken(two, hours(9, 10))]
    assert held(one) == held(two) == [(9, 10, booking)]
    assert not Reservation.objects.exclude(expires_at=None).exists()


def test_an_expired_or_another_hold_confirms_nothing(north: Any) -> None:
    room, other = make_resource(), make_resource()
    hold, booking = _hold(room), some()

    for resources, period in (([other], hours(9, 10)), ([room, other], hours(9, 10)), ([room], hours(9, 9.5))):
        assert confirm(hold=hold, resource_ids=resources, period=period, subject=booking) == []
    _expire(hold)
    assert confirm(hold=hold, resource_ids=[room], period=hours(9, 10), subject=booking) == []

    assert held(room) == [(9, 10, hold)]
