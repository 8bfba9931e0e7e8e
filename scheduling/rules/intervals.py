"""Half-open periods of time [start, end) and the little algebra that the kernel needs."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """The time from `start` up to, and without, `end`. Both are aware; `start` is before `end`."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if self.start.tzinfo is None or self.end.tzinfo is None:
            raise ValueError("A period needs aware datetimes.")
        if self.start >= self.end:
            raise ValueError("A period must start before it ends.")

    @classmethod
    def lasting(cls, start: datetime, *, minutes: int) -> "Period":
        """The period of so many real minutes."""
        return cls(start, start + timedelta(minutes=minutes))

    def overlaps(self, other: "Period") -> bool:
        return self.start < other.end and other.start < self.end

    def contains(self, instant: datetime) -> bool:
        return self.start <= instant < self.end


def merge(periods: Iterable[Period]) -> list[Period]:
    """The same time as few periods as possible: disjoint, not touching, ascending."""
    merged: list[Period] = []
    for period in sorted(periods):
        if merged and period.start <= merged[-1].end:
            merged[-1] = Period(merged[-1].start, max(merged[-1].end, period.end))
        else:
            merged.append(period)
    return merged


def subtract(whole: Period, taken: Iterable[Period]) -> list[Period]:
    """What is left of `whole` without `taken`, ascending."""
    left: list[Period] = []
    start = whole.start
    for period in merge(taken):
        if period.end <= start:
            continue
        if period.start >= whole.end:
            break
        if period.start > start:
            left.append(Period(start, period.start))
        start = period.end
    if start < whole.end:
        left.append(Period(start, whole.end))
    return left


def intersect(whole: Period, taken: Iterable[Period]) -> list[Period]:
    """The parts of `whole` that lie in `taken`, ascending."""
    return [
        Period(max(whole.start, period.start), min(whole.end, period.end))
        for period in merge(taken)
        if period.overlaps(whole)
    ]
