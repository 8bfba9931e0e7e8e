"""The values that the ledger speaks in."""

from dataclasses import dataclass
from uuid import UUID

from scheduling.rules.intervals import Period


@dataclass(frozen=True, slots=True)
class Subject:
    """What time is taken for: the kind and the id of a domain row."""

    kind: str
    id: UUID


@dataclass(frozen=True, slots=True)
class Taken:
    """One reservation that a call made or ended."""

    resource_id: int
    period: Period
    exclusive: bool = True
