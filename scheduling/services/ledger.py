"""Taking time: the only code that writes reservations.

Postgres decides who gets a span: two exclusive reservations of one resource can't overlap
(`reservation_no_overlap`). So nothing is checked before the insert; the insert is the check, and
`ON CONFLICT DO NOTHING` keeps the transaction usable for the loser and free of deadlocks
(docs/adr/0003). All functions run inside the caller's transaction.
"""

from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from scheduling.rules.intervals import Period, intersect, subtract
from scheduling.rules.ledger import Subject, Taken
from tenants.errors import DomainError, Kind


class SlotTakenError(DomainError):
    """Somebody else has the time. `resource_ids` and `resources` (names) say on what."""

    code = "resource_taken"
    kind = Kind.CONFLICT
    message = "That time is taken: {resources}."


class OverbookReasonRequiredError(DomainError):
    code = "overbook_reason_required"
    kind = Kind.INVALID
    message = "Overbooking needs a reason."


def reserve(
    *,
    resource_ids: Iterable[int],
    period: Period,
    subject: Subject,
    now: datetime,
    overbook: bool = False,
    reason: str = "",
) -> list[Taken]:
    """Takes `period` on all the resources, or on none.

    With `overbook` it succeeds even where the time is taken: the free part of the period is taken
    exclusively and only the rest beside its holder. Needs a `reason`.
    Raises SlotTakenError naming the resources; the transaction stays usable. Raises
    OverbookReasonRequiredError.
    """
    if overbook and not reason.strip():
        raise OverbookReasonRequiredError
    wanted = sorted(set(resource_ids))
    if not wanted:
        raise ValueError("Name the resources whose time is to be taken.")
    # Taking back a handful of rows is cheaper than a savepoint; overbooking makes rows of several kinds.
    with transaction.atomic() if overbook else nullcontext():
        if overbook:
            _lock_calendars(subject, wanted)
        got = _insert([(resource, period) for resource in wanted], subject=subject, now=now)
        missing = [resource for resource in wanted if resource not in got]
        if missing and not overbook:
            _delete(got.values())
            raise SlotTakenError(resource_ids=missing, resources=_names(missing))
        taken = [Taken(resource, period) for resource in wanted if resource in got]
        for resource in missing:
            taken += _overbook(resource, period, subject=subject, now=now, reason=reason)
        return taken


def move(
    *,
    subject: Subject,
    resource_ids: Iterable[int],
    period: Period,
    now: datetime,
    overbook: bool = False,
    reason: str = "",
) -> list[Taken]:
    """Gives up what `subject` holds and takes `period` instead, or changes nothing.

    The new time may overlap the old one. Raises as `reserve`; then the old time is still held.
    """
    resource_ids = list(resource_ids)
    with transaction.atomic():
        _lock_calendars(subject, resource_ids)
        released = _deactivate(subject)
        taken = reserve(
            resource_ids=resource_ids, period=period, subject=subject, now=now, overbook=overbook, reason=reason
        )
        _promote(released)
    return taken


def release(*, subject: Subject) -> list[Taken]:
    """Gives up what `subject` holds, if anything; overbooked time that now fits becomes exclusive."""
    _lock_calendars(subject)
    released = _deactivate(subject)
    _promote(released)
    return released


def _insert(
    rows: Sequence[tuple[int, Period]], *, subject: Subject, now: datetime, exclusive: bool = True, reason: str = ""
) -> dict[int, int]:
    """Inserts what fits, ascending by resource; answers resource id → reservation id of what did."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO scheduling_reservation
                (resource_id, during, exclusive, active, subject_kind, subject_id, overbook_reason, created_at)
            SELECT resource, tstzrange(starts, ends, '[)'), %s, true, %s, %s, %s, %s
            FROM unnest(%s::bigint[], %s::timestamptz[], %s::timestamptz[]) AS wanted (resource, starts, ends)
            ORDER BY resource, starts
            ON CONFLICT DO NOTHING
            RETURNING resource_id, id
            """,
            [
                exclusive,
                subject.kind,
                subject.id,
                reason,
                now,
                [resource for resource, _ in rows],
                [period.start for _, period in rows],
                [period.end for _, period in rows],
            ],
        )
        return dict(cursor.fetchall())


def _lock_calendars(subject: Subject, resource_ids: Sequence[int] = ()) -> None:
    """Makes those wait for each other who give up or overbook time of the same resources, always in the same
    order. Who simply takes time does not wait: this lock lets foreign keys through."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT FROM scheduling_resource
            WHERE id = ANY(%s::bigint[]) OR id IN (
                SELECT resource_id FROM scheduling_reservation WHERE subject_id = %s AND subject_kind = %s AND active
            )
            ORDER BY id FOR NO KEY UPDATE
            """,
            [list(resource_ids), subject.id, subject.kind],
        )


def _delete(ids: Iterable[int]) -> None:
    """Takes back rows of this very statement's making; nobody else has seen them."""
    if ids := list(ids):
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM scheduling_reservation WHERE id = ANY(%s)", [ids])


def _overbook(resource: int, period: Period, *, subject: Subject, now: datetime, reason: str) -> list[Taken]:
    """Takes the free part of `period` exclusively, the rest beside its holders.

    The holders are locked against being released meanwhile: whoever releases one afterwards sees
    the overbooked row and promotes it. So each moment of overbooked time stays covered.
    """
    for _attempt in range(5):
        holders = _holders(resource, period)
        free = subtract(period, holders)
        inserted = [_insert([(resource, part)], subject=subject, now=now, reason=reason) for part in free]
        if all(inserted):
            beside = intersect(period, holders)
            for part in beside:
                _insert([(resource, part)], subject=subject, now=now, exclusive=False, reason=reason)
            return [Taken(resource, part) for part in free] + [
                Taken(resource, part, exclusive=False) for part in beside
            ]
        # Somebody took a free part between the look and the insert: look again.
        _delete(reservation for made in inserted for reservation in made.values())
    raise SlotTakenError(resource_ids=[resource], resources=_names([resource]))


def _holders(resource: int, period: Period) -> list[Period]:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT lower(during), upper(during) FROM scheduling_reservation
            WHERE resource_id = %s AND during && tstzrange(%s, %s, '[)') AND exclusive AND active
            ORDER BY id FOR SHARE
            """,
            [resource, period.start, period.end],
        )
        return [Period(start, end) for start, end in cursor.fetchall()]


def _deactivate(subject: Subject) -> list[Taken]:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE scheduling_reservation SET active = false
            WHERE subject_id = %s AND subject_kind = %s AND active
            RETURNING resource_id, lower(during), upper(during), exclusive
            """,
            [subject.id, subject.kind],
        )
        return [Taken(row[0], Period(row[1], row[2]), exclusive=row[3]) for row in cursor.fetchall()]


def _promote(released: Iterable[Taken]) -> None:
    """Takes overbooked time that lies in freed time anew, oldest first, now exclusively where it fits.

    It keeps its age: what still lies beside a holder does not lose its turn to younger time.
    """
    for freed in released:
        if not freed.exclusive:
            continue
        for resource, period, subject, reason, since in _take_out_overbooked(freed):
            _overbook(resource, period, subject=subject, now=since, reason=reason)


def _take_out_overbooked(freed: Taken) -> list[tuple[int, Period, Subject, str, datetime]]:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH gone AS (
                UPDATE scheduling_reservation SET active = false
                WHERE resource_id = %s AND during && tstzrange(%s, %s, '[)') AND NOT exclusive AND active
                RETURNING *
            )
            SELECT resource_id, lower(during), upper(during), subject_kind, subject_id, overbook_reason, created_at
            FROM gone ORDER BY created_at, id
            """,
            [freed.resource_id, freed.period.start, freed.period.end],
        )
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return [(row[0], Period(row[1], row[2]), Subject(row[3], row[4]), row[5], row[6]) for row in rows]


def _names(resource_ids: Sequence[int]) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM scheduling_resource WHERE id = ANY(%s) ORDER BY id", [list(resource_ids)])
        return ", ".join(name for (name,) in cursor.fetchall())
