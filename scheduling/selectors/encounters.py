"""Who meets whom in a brand, and when that is closed."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.db import connection

from scheduling.models import Client, StaffMember


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
                    WHERE CASE WHEN location_id IS NULL THEN brand_id IS NULL OR brand_id = %(brand)s
                            ELSE location_id = resource.location_id END
                        AND ends_on >= %(first)s AND starts_on <= %(last)s
                )
            FROM scheduling_staffmember staff
            JOIN scheduling_resource resource ON resource.id = staff.resource_id
            LEFT JOIN scheduling_client client ON client.person_id = coalesce(
                %(client)s, (SELECT id FROM scheduling_person WHERE user_id = %(user)s)
            ) AND EXISTS (
                SELECT FROM scheduling_client_brands WHERE client_id = client.id AND brand_id = %(brand)s
            )
            WHERE staff.person_id = %(staff)s AND staff.is_active AND resource.is_active
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
