"""Who has taken time."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from scheduling.rules.intervals import Period
from scheduling.rules.ledger import Subject


def holders(*, resource_id: int, period: Period) -> list[tuple[Period, Subject]]:
    """Who holds time of a resource that overlaps `period`, ascending."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT lower(during), upper(during), subject_kind, subject_id FROM scheduling_reservation
            WHERE resource_id = %s AND during && tstzrange(%s, %s, '[)') AND exclusive AND active
                AND (expires_at IS NULL OR expires_at > statement_timestamp())
            ORDER BY lower(during)
            """,
            [resource_id, period.start, period.end],
        )
        return [(Period(row[0], row[1]), Subject(row[2], row[3])) for row in cursor.fetchall()]


def held_resources(subject: Subject) -> set[int]:
    """The resources of which something holds time."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT resource_id FROM scheduling_reservation WHERE subject_id = %s AND subject_kind = %s AND active",
            [subject.id, subject.kind],
        )
        return {row[0] for row in cursor.fetchall()}


@dataclass(frozen=True, slots=True)
class Held:
    """Time that something has taken on a resource, overbooked or not, and since when."""

    subject: Subject
    period: Period
    since: datetime


def held_near(*, resource_id: int, period: Period, now: datetime, limit: int) -> list[Held]:
    """What holds time of a resource that overlaps `period`, overbooked time too. Of more than `limit` those next to
    `now`: what comes first, then what was."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH held AS (
                SELECT * FROM scheduling_reservation
                WHERE resource_id = %(resource)s AND during && tstzrange(%(start)s, %(end)s, '[)')
                    AND exclusive AND active
                UNION ALL
                SELECT * FROM scheduling_reservation
                WHERE resource_id = %(resource)s AND during && tstzrange(%(start)s, %(end)s, '[)')
                    AND NOT exclusive AND active
            )
            SELECT subject_kind, subject_id, min(lower(during)), max(upper(during)), min(created_at) FROM held
            WHERE expires_at IS NULL OR expires_at > statement_timestamp()
            GROUP BY subject_kind, subject_id
            ORDER BY max(upper(during)) <= %(now)s, abs(extract(epoch FROM min(lower(during)) - %(now)s)), subject_id
            LIMIT %(limit)s
            """,
            {"resource": resource_id, "start": period.start, "end": period.end, "now": now, "limit": limit},
        )
        return [Held(Subject(row[0], row[1]), Period(row[2], row[3]), row[4]) for row in cursor.fetchall()]
