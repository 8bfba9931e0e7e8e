"""Until when an offer holds."""

from datetime import timedelta

import pytest

from bookings.rules.waiting import offer_ends
from tests.support.eventing import at

START = at(8, 10)


@pytest.mark.parametrize(
    ("before", "until"),
    [
        (timedelta(days=2), START - timedelta(days=2) + timedelta(minutes=60)),
        (timedelta(minutes=60), START),
        (timedelta(minutes=1), START),
        (timedelta(), None),
        (-timedelta(minutes=1), None),
    ],
)
def test_an_offer_holds_so_many_minutes_and_never_beyond_the_start(before: timedelta, until: object) -> None:
    assert offer_ends(minutes=60, starts_at=START, now=START - before) == until
