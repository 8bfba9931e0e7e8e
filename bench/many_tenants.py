"""A thousand tenants in seconds."""

import secrets

from django.db import transaction
from psycopg import sql

from tenants.models import Domain, Tenant
from tests.support.database import owner_connection

# What the sweep, the rotation and the resolution of a tenant look at. Idle tenants have no more: all 50 tables of a
# thousand real ones would take an hour to make, and nobody asks for the others.
BRAND = "brands_brand"
MESSAGE = "notifications_message"
TABLES = (MESSAGE, "notifications_rule", "notifications_webhookendpoint", "notifications_webhookdelivery", BRAND)


def add_tenants(database: str, *, count: int, like: str, with_messages: bool = False) -> list[str]:
    """Registers so many more tenants, with the tables that are looked at, as the schema `like` has them: with the same
    messages, or with none. Answers their schemas."""
    schemas = [f"t_{secrets.token_hex(8)}" for _ in range(count)]
    name = sql.Identifier
    with owner_connection(database) as owner:
        for schema in schemas:
            owner.execute(sql.SQL("CREATE SCHEMA {}").format(name(schema)))
            for table in TABLES:
                owner.execute(
                    sql.SQL("CREATE TABLE {} (LIKE {} INCLUDING ALL)").format(name(schema, table), name(like, table))
                )
            for table in (BRAND, MESSAGE) if with_messages else (BRAND,):
                owner.execute(sql.SQL("INSERT INTO {} SELECT * FROM {}").format(name(schema, table), name(like, table)))
            owner.execute(sql.SQL("GRANT USAGE ON SCHEMA {} TO app").format(name(schema)))
            owner.execute(
                sql.SQL("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {} TO app").format(name(schema))
            )
            _register(schema)
    return schemas


def _register(schema: str) -> None:
    with transaction.atomic():
        number = 10_000 + Tenant.objects.count()
        tenant = Tenant.objects.create(schema_name=schema, slug=schema.replace("_", "-"), name=schema, number=number)
        Domain.objects.create(tenant=tenant, domain=f"{tenant.slug}.test", is_primary=True)
