"""Whose the rows of a tenant's tables are, and what becomes of each column when somebody is erased.

Each app says so in its `personal.py`, of every column of its tables; a test fails for one that is forgotten. What
must happen to more than rows, such as giving up a place that was booked, an app registers as a step.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any, Final
from uuid import UUID

from django.apps import apps
from django.db.models import Model, Q, QuerySet

BATCH: Final = 200
# Of one table, in an export.
MOST_EXPORTED: Final = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Someone:
    """A person by all the keys under which rows refer to them. The kernel makes it (scheduling.selectors.someone).

    The contacts are known until the identity is erased, and empty from then on.
    """

    person_id: UUID
    user_id: UUID | None = None
    client_id: int | None = None
    staff_id: int | None = None
    resource_id: int | None = None
    email: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table, each of whose columns stands in exactly one of the lists."""

    table: str
    # The rows that are a person's; None where none ever are.
    of: Callable[[Someone], Q] | None = None
    # Rows of others without which an export of theirs says little.
    explained_by: Callable[[Someone], Q] | None = None
    # Columns that become empty, and what that is.
    erased: Mapping[str, Any] = field(default_factory=dict)
    # Columns of rows that go as a whole; of these the secrets are not exported either.
    removed: tuple[str, ...] = ()
    secret: tuple[str, ...] = ()
    # Amounts, dates and the like that bookkeeping needs, beside a key that leads to nobody any more.
    pseudonymised: tuple[str, ...] = ()
    # What says nothing about a person, by why it stays.
    kept: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    # The step that does it, where keys do not tell which rows are a person's.
    by: str = ""
    # Before the answer, rather than in the background.
    at_once: bool = False

    @property
    def columns(self) -> list[str]:
        kept = [column for columns in self.kept.values() for column in columns]
        return [*self.erased, *self.removed, *self.secret, *self.pseudonymised, *kept]

    @property
    def is_erased(self) -> bool:
        """Whether anything of its rows goes here, rather than in a step."""
        return bool(self.erased or self.removed or self.secret) and not self.by

    @property
    def exported(self) -> list[str]:
        return [*self.erased, *self.removed, *self.pseudonymised]

    @property
    def model(self) -> type[Model]:
        found = {model._meta.db_table: model for model in apps.get_models(include_auto_created=True)}  # noqa: SLF001
        return found[self.table]

    def rows_of(self, who: Someone) -> QuerySet[Any]:
        rows = self.model._base_manager.order_by("pk")  # noqa: SLF001 - every row, whatever managers hide
        return rows.filter(self.of(who)) if self.of is not None else rows.none()

    def erase(self, who: Someone, *, limit: int = BATCH) -> int:
        """Erases up to `limit` of the rows that still hold something; answers how many there were."""
        if not self.is_erased:
            return 0
        rows = self.rows_of(who)
        if self.removed or self.secret:
            keys = list(rows.values_list("pk", flat=True)[:limit])
            self.model._base_manager.filter(pk__in=keys).delete()  # noqa: SLF001
        else:
            keys = list(rows.exclude(**self.erased).values_list("pk", flat=True)[:limit])
            self.model._base_manager.filter(pk__in=keys).update(**self.erased)  # noqa: SLF001
        return len(keys)

    def export(self, who: Someone) -> list[dict[str, Any]]:
        """What is held of the person here."""
        names = {field.column: field.attname for field in self.model._meta.local_concrete_fields}  # noqa: SLF001
        wanted = [names[column] for column in self.exported]
        whose = [of for of in (self.of, self.explained_by) if of is not None]
        if not wanted or not whose:
            return []
        rows = self.model._base_manager.filter(reduce(or_, (of(who) for of in whose))).order_by("pk")  # noqa: SLF001
        return list(rows.values(*wanted)[:MOST_EXPORTED])


@dataclass(frozen=True, slots=True)
class Step:
    """What is done about a person beside their rows: `(who, now, limit)`, answers how much of it was done.

    It is called until there is nothing left to do; killed half-way, it is called again.
    """

    name: str
    do: Callable[[Someone, datetime, int], int]
    # A first batch is done before the answer.
    at_once: bool = False


_tables: dict[str, Table] = {}
_steps: dict[str, Step] = {}
_subjects: list[Callable[[Someone], QuerySet[Any]]] = []
_led: list[Callable[[Someone], QuerySet[Any]]] = []
_owners: list[Callable[[Someone], Iterable[str]]] = []


def personal(table: str, **said: Any) -> Table:
    """Declares what the columns of a table are."""
    _tables[table] = Table(table=table, **said)
    return _tables[table]


def register_step(name: str, do: Callable[[Someone, datetime, int], int], *, at_once: bool = False) -> None:
    """Adds what is to be done about whoever is erased."""
    _steps[name] = Step(name, do, at_once)


def register_subjects(ids: Callable[[Someone], QuerySet[Any]]) -> None:
    """Says what bookings a person has, as rows that refer to bookings without a foreign key name them."""
    _subjects.append(ids)


def register_led(ids: Callable[[Someone], QuerySet[Any]]) -> None:
    """Says which bookings of others a person has led or should have: what was told of these names them."""
    _led.append(ids)


def subjects_of(who: Someone) -> Iterator[UUID]:
    """The ids of the person's bookings."""
    for ids in _subjects:
        yield from ids(who)


def register_owners(owners: Callable[[Someone], Iterable[str]]) -> None:
    """Says whose the audit's personal values are beside the person's own keys, such as `calendar_feed:<id>`."""
    _owners.append(owners)


def identity_owners_of(who: Someone) -> list[str]:
    """As the audit names whose values are of the person alone: a few entries."""
    keys = {
        "person": who.person_id,
        "user": who.user_id,
        "staff_member": who.staff_id,
        "resource": who.resource_id,
    }
    return [f"{kind}:{key}" for kind, key in keys.items() if key is not None]


def owners_of(who: Someone) -> list[str]:
    """As the audit names whose personal values are this person's, with all that they have booked."""
    own = [*identity_owners_of(who), *([f"client:{who.client_id}"] if who.client_id else [])]
    return own + [owner for owners in _owners for owner in owners(who)]


def about(who: Someone, column: str = "subject_id") -> Q:
    """Rows about one of the person's bookings."""
    return _one_of(_subjects, who, column)


def about_led(who: Someone, column: str = "subject_id") -> Q:
    """Rows about a booking of somebody else that the person has led."""
    return _one_of(_led, who, column)


def _one_of(registered: list[Callable[[Someone], QuerySet[Any]]], who: Someone, column: str) -> Q:
    wanted = Q(pk__in=[])
    for ids in registered:
        wanted |= Q(**{f"{column}__in": ids(who)})
    return wanted


def tables() -> list[Table]:
    """All that was declared, in the order of the apps."""
    return list(_tables.values())


def steps() -> list[Step]:
    return list(_steps.values())


def export(who: Someone) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """What is held of a person, by table; tables with nothing are left out."""
    for table in tables():
        if rows := table.export(who):
            yield table.table, rows
