"""What a service says when it refuses.

A refusal has a stable `code` for programs, a message for people and data for both. It knows nothing of
HTTP: the edge chooses the status and the envelope from the `kind` and the family of endpoints
(`api.families`).
"""

from collections.abc import Mapping, Sequence
from enum import Enum
from typing import ClassVar


class Kind(Enum):
    """What sort of refusal it is. Each family of endpoints has its own status for each kind."""

    INVALID = "invalid"  # the input is wrong in itself
    FORBIDDEN = "forbidden"  # the caller may not
    NOT_FOUND = "not_found"
    CONFLICT = "conflict"  # somebody or something else is in the way
    STATE = "state"  # the object's own status does not allow it
    STALE = "stale"  # the object was changed since the caller read it
    LIMITED = "limited"  # too often
    UNAVAILABLE = "unavailable"  # not now


class DomainError(Exception):
    """Base of all refusals. Subclasses set `code`, `kind` and `message`.

    `message` is a format string over the keyword data; it says what is wrong and, where there is one,
    the way out. Data is kept in `data`, JSON-ready.
    """

    code: ClassVar[str] = "error"
    kind: ClassVar[Kind] = Kind.INVALID
    message: ClassVar[str] = ""
    # Which fields of the input are wrong, and how.
    fields: Mapping[str, list[str]] = {}
    # Where several things are in the way, each of them; told where the family's format has room.
    causes: Sequence["DomainError"] = ()

    def __init__(self, **data: object) -> None:
        self.data = data
        super().__init__(self.message.format(**data))


class StaleVersionError(DomainError):
    """Somebody changed the object since the caller read it."""

    code = "version_mismatch"
    kind = Kind.STALE
    message = "This was changed since you read it: it is at version {version} now. Read it again."


class GoneError(DomainError):
    """Somebody deleted the object after the caller had found it (`tenants.locking`)."""

    code = "deleted_meanwhile"
    kind = Kind.NOT_FOUND
    message = "This was deleted while your request was on its way. Nothing was changed: read the list again."


def check_version(version: int, *, expected: frozenset[int] | None) -> None:
    """Raises StaleVersionError unless `version` is one of those expected; None expects any.

    Called under the lock of the row: of two who change the same version, the second is told so.
    """
    if expected is not None and version not in expected:
        raise StaleVersionError(version=version)
