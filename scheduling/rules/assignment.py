"""Who of several free staff members gets a booking."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True, order=True)
class Candidate:
    """A staff member who is free, with the reserved minutes of the day and of the week (from Monday on) of the start,
    both in the zone of their working hours."""

    day_minutes: int
    week_minutes: int
    # The last word, so that equal candidates always come in the same order.
    staff_number: int
    staff_id: UUID

    def as_json(self) -> dict[str, Any]:
        return {"staff_id": str(self.staff_id), "day_minutes": self.day_minutes, "week_minutes": self.week_minutes}


def least_busy(candidates: Iterable[Candidate]) -> list[Candidate]:
    """In the order in which they are asked: fewest reserved minutes that day, then that week, then by number."""
    return sorted(candidates)


def record(candidates: Iterable[Candidate], *, chosen: UUID, lost: Iterable[UUID]) -> Mapping[str, Any]:
    """What is stored with the booking: the candidates in order, who was chosen, and who was free when looked at and
    taken when asked."""
    return {
        "rule": "least_busy",
        "candidates": [candidate.as_json() for candidate in candidates],
        "chosen": str(chosen),
        "lost": [str(staff_id) for staff_id in lost],
    }
