"""What it costs to cancel a visit."""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """As they were agreed at booking: so much of the price for who cancels later than `notice` before the start.

    The price is in minor units of its currency.
    """

    notice: timedelta
    fee_percent: int
    price_minor: int


def free_until(terms: Terms, *, starts_at: datetime) -> datetime:
    """Up to this moment, and at it, a client cancels without a fee."""
    return starts_at - terms.notice


def fee_minor(terms: Terms, *, starts_at: datetime, now: datetime, as_staff: bool) -> int:
    """What who cancels now owes, to the nearest minor unit, halves up. Nothing where it is the staff who cancels."""
    if as_staff or now <= free_until(terms, starts_at=starts_at):
        return 0
    return (terms.price_minor * terms.fee_percent + 50) // 100
