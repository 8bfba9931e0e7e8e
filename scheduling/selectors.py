"""Reads of the kernel."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import connection

from scheduling.models import Client, Closure, StaffMember
from scheduling.rules.intervals import Period
from scheduling.rules.ledger import Subject


def busy(*, resource_id: int, period: Period, but: Subject | None = None) -> list[Period]:
    """The taken time of a resource that overlaps `period`, ascending; without that of `but`, which is to be moved.

    Exclusive rows say it all: overbooked time lies inside them (docs/adr/0004).
    """
    return [taken for taken, subject in holders(resource_id=resource_id, period=period) if subject != but]


def holders(*, resource_id: int, period: Period) -> list[tuple[Period, Subject]]:
    """Who holds time of a resource that overlaps `period`, ascending."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT lower(during), upper(during), subject_kind, subject_id FROM scheduling_reservation
            WHERE resource_id = %s AND during && tstzrange(%s, %s, '[)') AND exclusive AND active
            ORDER BY lower(during)
            """,
            [resource_id, period.start, period.end],
        )
        return [(Period(row[0], row[1]), Subject(row[2], row[3])) for row in cursor.fetchall()]


@dataclass(frozen=True, slots=True)
class Hold:
    """Time that something has taken on a resource, overbooked or not, and since when."""

    subject: Subject
    period: Period
    since: datetime


def holds_near(*, resource_id: int, period: Period, now: datetime, limit: int) -> list[Hold]:
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
            GROUP BY subject_kind, subject_id
            ORDER BY max(upper(during)) <= %(now)s, abs(extract(epoch FROM min(lower(during)) - %(now)s)), subject_id
            LIMIT %(limit)s
            """,
            {"resource": resource_id, "start": period.start, "end": period.end, "now": now, "limit": limit},
        )
        return [Hold(Subject(row[0], row[1]), Period(row[2], row[3]), row[4]) for row in cursor.fetchall()]


def closed_days(*, brand_id: object, first: date, last: date) -> list[tuple[date, date]]:
    """The closures of the tenant and of a brand that touch the days `first` to `last`, both included."""
    closures: Iterable[tuple[date, date]] = (
        Closure.objects.for_brand(brand_id)
        .filter(starts_on__lte=last, ends_on__gte=first)
        .values_list("starts_on", "ends_on")
    )
    return list(closures)


@dataclass(frozen=True, slots=True, kw_only=True)
class Encounter:
    """Who is to meet in a brand, and when the brand is closed. Fields of the two that were not asked for load later."""

    staff_member: StaffMember
    staff_member_is_in_brand: bool
    client: Client | None
    closed: list[tuple[date, date]]


def encounter(
    *,
    staff_person_id: UUID,
    client_person_id: UUID | None,
    client_user_id: UUID | None,
    brand_id: UUID,
    first: date,
    last: date,
) -> Encounter | None:
    """An active staff member, the brand's client who is that person (or has that sign-in), and the closures that
    touch the days `first` to `last`; None when there is no such staff member.

    One statement, for every booking asks this.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT staff.id, staff.person_id, staff.resource_id,
                EXISTS (
                    SELECT FROM scheduling_staffmember_brands WHERE staffmember_id = staff.id AND brand_id = %(brand)s
                ),
                client.id, client.person_id,
                ARRAY(
                    SELECT daterange(starts_on, ends_on, '[]') FROM scheduling_closure
                    WHERE location_id IS NULL AND (brand_id IS NULL OR brand_id = %(brand)s)
                        AND ends_on >= %(first)s AND starts_on <= %(last)s
                )
            FROM scheduling_staffmember staff
            LEFT JOIN scheduling_client client ON client.person_id = coalesce(
                %(client)s, (SELECT id FROM scheduling_person WHERE user_id = %(user)s)
            ) AND EXISTS (
                SELECT FROM scheduling_client_brands WHERE client_id = client.id AND brand_id = %(brand)s
            )
            WHERE staff.person_id = %(staff)s AND staff.is_active
            """,
            {
                "staff": staff_person_id,
                "client": client_person_id,
                "user": client_user_id,
                "brand": brand_id,
                "first": first,
                "last": last,
            },
        )
        row = cursor.fetchone()
    if row is None:
        return None
    client = row[4] and Client.from_db("default", ["id", "person_id"], row[4:6])
    return Encounter(
        staff_member=StaffMember.from_db("default", ["id", "person_id", "resource_id"], row[:3]),
        staff_member_is_in_brand=row[3],
        client=client or None,
        closed=[(days.lower, days.upper - timedelta(days=1)) for days in row[6]],
    )
