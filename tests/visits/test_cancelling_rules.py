"""What it costs to cancel."""

from datetime import timedelta

import pytest

from tests.support.cast import MONDAY
from visits.rules.cancelling import Terms, fee_minor, free_until

DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("price", "percent", "notice", "before", "fee"),
    [
        (9000, 50, DAY, DAY, 0),  # at the last moment
        (9000, 50, DAY, DAY - timedelta(seconds=1), 4500),
        (9000, 50, DAY, timedelta(0), 4500),
        (9000, 0, DAY, timedelta(0), 0),
        (0, 100, DAY, timedelta(0), 0),
        (9000, 100, timedelta(0), timedelta(0), 0),
        (101, 50, DAY, timedelta(0), 51),  # halves up
        (101, 25, DAY, timedelta(0), 25),
    ],
)
def test_who_cancels_late_owes_a_part_of_the_price(
    price: int, percent: int, notice: timedelta, before: timedelta, fee: int
) -> None:
    terms = Terms(notice=notice, fee_percent=percent, price_minor=price)

    assert fee_minor(terms, starts_at=MONDAY, now=MONDAY - before, as_staff=False) == fee
    assert fee_minor(terms, starts_at=MONDAY, now=MONDAY - before, as_staff=True) == 0


def test_it_is_free_up_to_the_notice() -> None:
    assert free_until(Terms(notice=DAY, fee_percent=1, price_minor=1), starts_at=MONDAY) == MONDAY - DAY
