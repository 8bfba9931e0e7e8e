"""Which tables are audited, and what each of their columns is. Each app says so in its `audited.py`."""

from dataclasses import dataclass
from typing import Final

_BY_TABLE: Final[dict[str, "Audited"]] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Audited:
    """A table whose every change leaves an entry. Its key is the column `id`.

    A column that is named nowhere is treated as a secret: its values are never recorded. A test sees to it
    that none is forgotten. Changes of `bookkeeping` columns alone leave no entry.
    """

    table: str
    # What the row is called in the entries.
    kind: str
    # The thing that the row is part of: its kind, and the column with its key.
    subject: tuple[str, str]
    # The column with the brand whose staff and applications may read the entries.
    brand: str = ""
    # Whose the personal values are: a kind, and the column with its key.
    owner: tuple[str, str] = ("", "")
    plain: tuple[str, ...] = ()
    personal: tuple[str, ...] = ()
    secret: tuple[str, ...] = ()
    bookkeeping: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        return (*self.plain, *self.personal, *self.secret, *self.bookkeeping)

    @property
    def arguments(self) -> tuple[str, ...]:
        """What the trigger is given: it looks nothing up."""
        lists = ("{" + ",".join(names) + "}" for names in (self.plain, self.personal, self.bookkeeping))
        return (self.kind, *self.subject, self.brand, *self.owner, *lists)


def audited(table: str, **declared: object) -> Audited:
    """Declares that a table is audited; the migration operation `AuditTable` makes it so."""
    entry = Audited(table=table, **declared)  # type: ignore[arg-type]
    _BY_TABLE[table] = entry
    return entry


def declared() -> list[Audited]:
    """All audited tables."""
    return list(_BY_TABLE.values())


def of_table(table: str) -> Audited | None:
    """What is declared of a table; None where it is not audited."""
    return _BY_TABLE.get(table)
