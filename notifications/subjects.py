"""What messages are about.

The apps whose bookings are told about register how to read them; notifications know none of those apps.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectFacts:
    """A booking as it is now: what templates and calendar files may use."""

    id: UUID
    schedule_version: int
    is_cancelled: bool
    title: str
    staff_name: str
    starts_at: datetime
    ends_at: datetime
    changed_at: datetime
    cancel_reason: str


Load = Callable[[UUID], SubjectFacts | None]

_loaders: dict[str, Load] = {}


def register_subject(kind: str, load: Load) -> None:
    """Says how to read the things of a kind. `load` answers None for what is gone."""
    _loaders[kind] = load


def load(*, kind: str, subject_id: UUID) -> SubjectFacts | None:
    """The thing as it is now. KeyError for a kind that nobody registered."""
    return _loaders[kind](subject_id)
