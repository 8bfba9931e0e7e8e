"""A thousand tenants in seconds, and a hundred thousand due messages in one of them."""

import secrets

from django.db import connection, transaction
from psycopg import sql

from tenants.models import Domain, Tenant
from tests.support.database import owner_connection

# What the sweep, the rotation and the resolution of a tenant look at. Idle tenants have no more: all 50 tables of a
# thousand real ones would take an hour to make, and nobody asks for the others.
TABLES = ("notifications_message", "notifications_rule", "brands_brand")


def add_idle(database: str, *, count: int, like: str) -> None:
    """Registers so many more tenants, with the tables that are looked at, as the schema `like` has them."""
    name = sql.Identifier
    with owner_connection(database) as owner:
        for _ in range(count):
            schema = f"t_{secrets.token_hex(8)}"
            owner.execute(sql.SQL("CREATE SCHEMA {}").format(name(schema)))
            for table in TABLES:
                owner.execute(
                    sql.SQL("CREATE TABLE {} (LIKE {} INCLUDING ALL)").format(name(schema, table), name(like, table))
                )
            owner.execute(
                sql.SQL("INSERT INTO {} SELECT * FROM {}").format(name(schema, TABLES[2]), name(like, TABLES[2]))
            )
            owner.execute(sql.SQL("GRANT USAGE ON SCHEMA {} TO app").format(name(schema)))
            owner.execute(
                sql.SQL("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {} TO app").format(name(schema))
            )
            _register(schema)


def _register(schema: str) -> None:
    with transaction.atomic():
        number = 10_000 + Tenant.objects.count()
        tenant = Tenant.objects.create(schema_name=schema, slug=schema.replace("_", "-"), name=schema, number=number)
        Domain.objects.create(tenant=tenant, domain=f"{tenant.slug}.test", is_primary=True)


def pile_up(count: int) -> None:
    """Makes so many bookings with a due message each out of the current tenant's one. As the planner writes them."""
    booking = _columns("bookings_coachbooking", replaced={"id": "copy.id"})
    message = _columns(
        "notifications_message", replaced={"id": "gen_random_uuid()", "subject_id": "copy.id", "state": "'planned'"}
    )
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE copy ON COMMIT DROP AS SELECT gen_random_uuid() AS id"
                       " FROM generate_series(1, %s)", [count])  # fmt: skip
        cursor.execute(
            f"INSERT INTO bookings_coachbooking ({booking[0]}) SELECT {booking[1]} FROM copy,"
            " (SELECT * FROM bookings_coachbooking ORDER BY created_at LIMIT 1) AS original"
        )
        cursor.execute(
            f"INSERT INTO notifications_message ({message[0]}) SELECT {message[1]} FROM copy,"
            " (SELECT * FROM notifications_message WHERE event = 'booked' ORDER BY created_at LIMIT 1) AS original"
        )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE notifications_message")
        cursor.execute("ANALYZE bookings_coachbooking")


def _columns(table: str, *, replaced: dict[str, str]) -> tuple[str, str]:
    with connection.cursor() as cursor:
        names = [each.name for each in connection.introspection.get_table_description(cursor, table)]
    return ", ".join(names), ", ".join(replaced.get(name, f"original.{name}") for name in names)
