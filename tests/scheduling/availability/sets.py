"""Sets of minutes as tests read and write them."""

from collections.abc import Iterable, Iterator

from scheduling.rules.intervals import Period
from scheduling.rules.minutes import Frame, first_minute_from, minute_of


def taken_by(periods: Iterable[Period], frame: Frame) -> int:
    """The minutes of which one of the periods takes a part."""
    taken = 0
    for period in periods:
        taken |= frame.clipped(frame.bit(minute_of(period.start)), frame.bit(first_minute_from(period.end)))
    return taken


def runs(bits: int) -> Iterator[tuple[int, int]]:
    """The spans [start, end) of bits in a row, ascending."""
    digits = bin(bits)[:1:-1]
    start = digits.find("1")
    while start >= 0:
        end = digits.find("0", start)
        if end < 0:
            end = len(digits)
        yield start, end
        start = digits.find("1", end)
