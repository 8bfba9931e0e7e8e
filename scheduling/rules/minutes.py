"""Sets of minutes as whole numbers: bit n stands for the minute n of a frame.

Union is `|`, intersection `&`, what is not in b `a & ~b`. A month is 44,640 bits, on which each of these takes about
a microsecond, however many windows and reservations there are: that is why nobody need cache availability
(docs/adr/0023-availability-in-sets-of-minutes.md).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import reduce
from operator import or_
from typing import Final

from scheduling.rules.intervals import Period

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MINUTE: Final = timedelta(minutes=1)
_BITS_OF_AN_OCTET: Final = (1, 2, 4, 8, 16, 32, 64, 128)


def minute_of(instant: datetime) -> int:
    """The minute in which an instant lies, counted from 1970 in UTC."""
    return (instant - _EPOCH) // _MINUTE


def first_minute_from(instant: datetime) -> int:
    """The first minute that does not begin before an instant."""
    return -((_EPOCH - instant) // _MINUTE)


def instant_of(minute: int) -> datetime:
    """When a minute begins, in UTC."""
    return _EPOCH + minute * _MINUTE


@dataclass(frozen=True, slots=True)
class Frame:
    """The minutes from `first` (counted from 1970, UTC) on, `count` of them: what the bits of a set stand for."""

    first: int
    count: int

    @classmethod
    def around(cls, period: Period, *, before: int, after: int) -> "Frame":
        """The minutes of a period, and so many before and after it."""
        first = minute_of(period.start) - before
        return cls(first, first_minute_from(period.end) + after - first)

    @property
    def period(self) -> Period:
        return Period(instant_of(self.first), instant_of(self.first + self.count))

    def bit(self, minute: int) -> int:
        """The position of a minute; negative or too large where it lies outside."""
        return minute - self.first

    def starting_in(self, period: Period) -> int:
        """The minutes that begin in a period."""
        return self.clipped(self.bit(first_minute_from(period.start)), self.bit(first_minute_from(period.end)))

    def clipped(self, start: int, end: int) -> int:
        """The bits of [start, end) that lie in the frame."""
        return span(max(start, 0), min(end, self.count))

    def instants(self, minutes: int) -> list[datetime]:
        """When the minutes of a set begin, ascending."""
        return [instant_of(self.first + bit) for bit in positions(minutes)]


def span(start: int, end: int) -> int:
    """The bits of [start, end); none when that is empty. Neither is negative."""
    return (1 << end) - (1 << start) if start < end else 0


def spans(starts: Sequence[int], ends: Sequence[int], *, count: int) -> int:
    """The bits of many spans [start, end) of [0, count], in any order, none of them empty."""
    lows, highs = _bits(starts, count), _bits(ends, count)
    # Where no two share a bit, that is all 2^end less all 2^start: at once, however many. Then all starts differ, and
    # all ends, and the outcome has a bit where one starts and none where one ends, unless another starts there.
    found = highs - lows
    if lows.bit_count() == highs.bit_count() == len(starts) and found & (lows | highs) == lows:
        return found
    return reduce(or_, map(span, starts, ends), 0)


def _bits(positions: Iterable[int], count: int) -> int:
    """These bits of [0, count]."""
    octets = bytearray(count // 8 + 1)
    for bit in positions:
        octets[bit >> 3] |= _BITS_OF_AN_OCTET[bit & 7]
    return int.from_bytes(octets, "little")


def every(start: int, *, step: int, times: int) -> int:
    """The bits start, start + step, start + 2 step, ...: so many of them."""
    return ((1 << step * times) - 1) // ((1 << step) - 1) << start if times > 0 else 0


def meeting(taken: int, length: int) -> int:
    """The bits from which on one of `length` bits in a row is in `taken`; `length` is 1 at the least."""
    run = 1
    while run < length:
        # Twice as long with each step: a run meets it, or the one that begins where that ends.
        shift = min(run, length - run)
        taken |= taken >> shift
        run += shift
    return taken


def positions(bits: int) -> Iterator[int]:
    """The positions of the bits of a set, ascending."""
    digits = bin(bits)[:1:-1]
    at = digits.find("1")
    while at >= 0:
        yield at
        at = digits.find("1", at + 1)
