"""Taking time: the only code that writes reservations.

Postgres decides who gets a span: two exclusive reservations of one resource can't overlap
(`reservation_no_overlap`). So nothing is checked before the insert; the insert is the check, and
`ON CONFLICT DO NOTHING` keeps the transaction usable for the loser and free of deadlocks
(docs/adr/0003). All functions run inside the caller's transaction.
"""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

from django.db import connection, transaction

from scheduling.rules.intervals import Period, intersect, subtract
from scheduling.rules.ledger import Subject, Taken
from tenants.errors import DomainError, Kind


class SlotTakenError(DomainError):
    """Somebody else has the time. `resource_ids` and `resources` (names) say on what."""

    code = "resource_taken"
    kind = Kind.CONFLICT
    message = "That time is taken: {resources}."

    @property
    def resource_ids(self) -> list[int]:
        return cast("list[int]", self.data["resource_ids"])


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
    service_id: UUID | None = None,
    overbook: bool = False,
    reason: str = "",
    holds_for: timedelta | None = None,
) -> list[Taken]:
    """Takes `period` on all the resources, or on none.

    With `overbook` it succeeds even where the time is taken: the free part of the period is taken
    exclusively and only the rest beside its holder. Needs a `reason`. With `holds_for` the time is given up by
    itself after so long, by the database's clock. `service_id` says what was booked, for those who count.
    Raises SlotTakenError naming the resources; the transaction stays usable. Raises
    OverbookReasonRequiredError.
    """
    if overbook and not reason.strip():
        raise OverbookReasonRequiredError
    wanted = sorted(set(resource_ids))
    if not wanted:
        raise ValueError("Name the resources whose time is to be taken.")
    row = _Row(subject, service_id, reason, now, holds_for)
    if overbook:
        return _reserve_even_beside(wanted, period, row)
    try:
        return _reserve(wanted, period, row)
    except SlotTakenError as taken:
        # Who asks for taken time finds out whether it was only held: nobody else need look, and no task need run.
        if not _end_expired(taken.resource_ids, [period]):
            raise
    return _reserve(wanted, period, row)


def reserve_each(*, resource_id: int, wanted: Mapping[Subject, Period], now: datetime) -> set[Subject]:
    """Takes on one resource, for each of the subjects, its period where that is free; answers whose is not.

    One statement takes them all, however many. Of two who do this at once, one waits for the other and never each for
    the other; the transaction stays usable. Of periods that overlap each other the earlier is taken.
    """
    _end_expired([resource_id], list(wanted.values()))
    made = _insert_rows([(resource_id, period, subject) for subject, period in wanted.items()], now=now)
    got = {subject_id for _, _, subject_id in made}
    return {subject for subject in wanted if subject.id not in got}


def confirm(
    *, hold: Subject, resource_ids: Iterable[int], period: Period, subject: Subject, service_id: UUID | None = None
) -> list[Taken]:
    """Makes the time that `hold` holds that of `subject`; it is not given up in between, nor by itself any more.

    An empty list where the hold has expired or holds something else: then nothing has changed.
    """
    wanted = {(resource, period.start, period.end) for resource in resource_ids}
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT id, resource_id, lower(during), upper(during), exclusive FROM scheduling_reservation
            WHERE subject_id = %s AND subject_kind = %s AND active AND expires_at > statement_timestamp()
            ORDER BY id FOR UPDATE
            """,
            [hold.id, hold.kind],
        )
        rows = cursor.fetchall()
        if {row[1:4] for row in rows} != wanted:
            return []
        cursor.execute(
            """
            UPDATE scheduling_reservation
            SET subject_kind = %s, subject_id = %s, service_id = %s, expires_at = NULL WHERE id = ANY(%s)
            """,
            [subject.kind, subject.id, service_id, [row[0] for row in rows]],
        )
    return [Taken(row[1], Period(row[2], row[3]), exclusive=row[4]) for row in rows]


def move(
    *,
    subject: Subject,
    resource_ids: Iterable[int],
    period: Period,
    now: datetime,
    service_id: UUID | None = None,
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
            resource_ids=resource_ids,
            period=period,
            subject=subject,
            now=now,
            service_id=service_id,
            overbook=overbook,
            reason=reason,
        )
        _promote(released)
    return taken


def release(*, subject: Subject) -> list[Taken]:
    """Gives up what `subject` has taken, if anything; overbooked time that now fits becomes exclusive."""
    _lock_calendars(subject)
    released = _deactivate(subject)
    _promote(released)
    return released


@dataclass(frozen=True, slots=True)
class _Row:
    """What all reservations of a call have in common."""

    subject: Subject
    service_id: UUID | None
    reason: str
    now: datetime
    holds_for: timedelta | None = None


def _reserve(wanted: Sequence[int], period: Period, row: _Row) -> list[Taken]:
    # One row is there or not. Of several, those that were made must not be left for others to wait for.
    with nullcontext() if len(wanted) == 1 else transaction.atomic():
        got = _insert([(resource, period) for resource in wanted], row)
        if missing := [resource for resource in wanted if resource not in got]:
            raise SlotTakenError(resource_ids=missing, resources=_names(missing))
    return [Taken(resource, period) for resource in wanted]


@transaction.atomic
def _reserve_even_beside(wanted: Sequence[int], period: Period, row: _Row) -> list[Taken]:
    _lock_calendars(row.subject, wanted)
    _end_expired(wanted, [period])
    got = _insert([(resource, period) for resource in wanted], row)
    taken = [Taken(resource, period) for resource in wanted if resource in got]
    for resource in wanted:
        if resource not in got:
            taken += _overbook(resource, period, row)
    return taken


def _end_expired(resource_ids: Sequence[int], periods: Sequence[Period]) -> bool:
    """Gives up the holds that have expired and stand in the way; whether there were any."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT DISTINCT subject_kind, subject_id FROM scheduling_reservation
            JOIN unnest(%s::timestamptz[], %s::timestamptz[]) AS wanted (starts, ends)
                ON during && tstzrange(starts, ends, '[)')
            WHERE resource_id = ANY(%s::bigint[]) AND active AND expires_at <= statement_timestamp()
            ORDER BY subject_id
            """,
            [[period.start for period in periods], [period.end for period in periods], list(resource_ids)],
        )
        expired = [Subject(kind, subject_id) for kind, subject_id in cursor.fetchall()]
    for hold in expired:
        release(subject=hold)
    return bool(expired)


def _insert(rows: Sequence[tuple[int, Period]], row: _Row, *, exclusive: bool = True) -> dict[int, int]:
    """Inserts what fits of rows for one subject; answers resource id → reservation id of what did."""
    made = _insert_rows(
        [(resource, period, row.subject) for resource, period in rows],
        now=row.now,
        service_id=row.service_id,
        reason=row.reason,
        holds_for=row.holds_for,
        exclusive=exclusive,
    )
    return {resource: reservation for resource, reservation, _ in made}


def _insert_rows(
    rows: Sequence[tuple[int, Period, Subject]],
    *,
    now: datetime,
    service_id: UUID | None = None,
    reason: str = "",
    holds_for: timedelta | None = None,
    exclusive: bool = True,
) -> list[tuple[int, int, UUID]]:
    """Inserts what fits, ascending by resource and time; answers resource, reservation and subject of what did."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO scheduling_reservation (
                resource_id, during, exclusive, active, subject_kind, subject_id, service_id, overbook_reason,
                created_at, expires_at
            )
            SELECT resource, tstzrange(starts, ends, '[)'), %s, true, kind, subject, %s, %s, %s,
                statement_timestamp() + %s * interval '1 second'
            FROM unnest(%s::bigint[], %s::timestamptz[], %s::timestamptz[], %s::text[], %s::uuid[])
                AS wanted (resource, starts, ends, kind, subject)
            ORDER BY resource, starts
            ON CONFLICT DO NOTHING
            RETURNING resource_id, id, subject_id
            """,
            [
                exclusive,
                service_id,
                reason,
                now,
                holds_for.total_seconds() if holds_for else None,
                [resource for resource, _, _ in rows],
                [period.start for _, period, _ in rows],
                [period.end for _, period, _ in rows],
                [subject.kind for _, _, subject in rows],
                [subject.id for _, _, subject in rows],
            ],
        )
        return [(resource, reservation, subject) for resource, reservation, subject in cursor.fetchall()]


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


def _overbook(resource: int, period: Period, row: _Row) -> list[Taken]:
    """Takes the free part of `period` exclusively, the rest beside its holders.

    The holders are locked against being released meanwhile: whoever releases one afterwards sees
    the overbooked row and promotes it. So each moment of overbooked time stays covered.
    """
    for _attempt in range(5):
        holders = _holders(resource, period)
        free = subtract(period, holders)
        inserted = [_insert([(resource, part)], row) for part in free]
        if all(inserted):
            beside = intersect(period, holders)
            for part in beside:
                _insert([(resource, part)], row, exclusive=False)
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
    """Ends what the subject has taken. Of a hold nothing stays: nobody will ask who held what."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH ended AS (
                UPDATE scheduling_reservation SET active = false
                WHERE subject_id = %(id)s AND subject_kind = %(kind)s AND active AND expires_at IS NULL
                RETURNING resource_id, during, exclusive
            ), gone AS (
                DELETE FROM scheduling_reservation
                WHERE subject_id = %(id)s AND subject_kind = %(kind)s AND active AND expires_at IS NOT NULL
                RETURNING resource_id, during, exclusive
            )
            SELECT resource_id, lower(during), upper(during), exclusive
            FROM (SELECT * FROM ended UNION ALL SELECT * FROM gone) AS released
            """,
            {"id": subject.id, "kind": subject.kind},
        )
        return [Taken(row[0], Period(row[1], row[2]), exclusive=row[3]) for row in cursor.fetchall()]


def _promote(released: Iterable[Taken]) -> None:
    """Takes overbooked time that lies in freed time anew, oldest first, now exclusively where it fits.

    It keeps its age: what still lies beside a holder does not lose its turn to younger time.
    """
    for freed in released:
        if not freed.exclusive:
            continue
        for resource, period, row in _take_out_overbooked(freed):
            _overbook(resource, period, row)


def _take_out_overbooked(freed: Taken) -> list[tuple[int, Period, _Row]]:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH gone AS (
                UPDATE scheduling_reservation SET active = false
                WHERE resource_id = %s AND during && tstzrange(%s, %s, '[)') AND NOT exclusive AND active
                RETURNING *
            )
            SELECT resource_id, lower(during), upper(during), subject_kind, subject_id, service_id, overbook_reason,
                created_at
            FROM gone ORDER BY created_at, id
            """,
            [freed.resource_id, freed.period.start, freed.period.end],
        )
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return [(row[0], Period(row[1], row[2]), _Row(Subject(row[3], row[4]), *row[5:])) for row in rows]


def _names(resource_ids: Sequence[int]) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM scheduling_resource WHERE id = ANY(%s) ORDER BY id", [list(resource_ids)])
        return ", ".join(name for (name,) in cursor.fetchall())
