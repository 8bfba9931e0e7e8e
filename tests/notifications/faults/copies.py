"""Thousands of bookings with a due message each, in one statement: where it isn't the planning that is looked at."""

from uuid import UUID

from django.db import connection, transaction
from psycopg import sql

from tenants.context import current_schema
from tests.support.database import owner_connection

_MESSAGE = {
    "id": "gen_random_uuid()",
    "subject_id": "copy.id",
    "state": "'planned'",
    "state_since": "statement_timestamp()",
    "lease_until": "NULL",
    "attempts": "0",
    "sent_at": "NULL",
    "history": "'[]'::jsonb",
    "created_at": "statement_timestamp()",
    "due_at": "statement_timestamp()",
    "wanted_at": "statement_timestamp()",
    "expires_at": "statement_timestamp() + (original.expires_at - original.created_at)",
}


def copy_booking(booking_id: UUID, count: int) -> list[UUID]:
    """Books a coach booking of the current tenant so many times more, each with its news of `booked`, due now, as the
    planner wrote it for the first. Answers the new ones' ids."""
    made = _copy(booking_id, count)
    with owner_connection(connection.settings_dict["NAME"]) as owner:  # the role `app` may not
        for table in ("notifications_message", "bookings_coachbooking"):
            owner.execute(sql.SQL("ANALYZE {}").format(sql.Identifier(current_schema(), table)))
    return made


@transaction.atomic
def _copy(booking_id: UUID, count: int) -> list[UUID]:
    booking = _columns("bookings_coachbooking", replaced={"id": "gen_random_uuid()"})
    message = _columns("notifications_message", replaced=_MESSAGE)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO bookings_coachbooking ({booking[0]}) SELECT {booking[1]}"
            " FROM generate_series(1, %s), (SELECT * FROM bookings_coachbooking WHERE id = %s) AS original"
            " RETURNING id",
            [count, booking_id],
        )
        made = [row[0] for row in cursor.fetchall()]
        cursor.execute(
            f"INSERT INTO notifications_message ({message[0]}) SELECT {message[1]}"
            " FROM unnest(%s::uuid[]) AS copy (id),"
            " (SELECT * FROM notifications_message WHERE subject_id = %s AND event = 'booked' LIMIT 1) AS original",
            [made, booking_id],
        )
    return made


def _columns(table: str, *, replaced: dict[str, str]) -> tuple[str, str]:
    with connection.cursor() as cursor:
        names = [each.name for each in connection.introspection.get_table_description(cursor, table)]
    return ", ".join(names), ", ".join(replaced.get(name, f"original.{name}") for name in names)
