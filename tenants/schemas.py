"""Which schemas lack a migration of this version of the code."""

from functools import lru_cache

from django.conf import settings
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django_tenants.utils import quote_schema_name

from tenants.models import PUBLIC_SCHEMA

Migrations = frozenset[tuple[str, str]]


def schemas_behind() -> list[str]:
    """The schemas that lack a migration, the public one first; one statement for all tenants."""
    shared, tenants = expected_migrations()
    return [
        schema for schema, applied in _applied().items() if (shared if schema == PUBLIC_SCHEMA else tenants) - applied
    ]


@lru_cache(maxsize=1)
def expected_migrations() -> tuple[Migrations, Migrations]:
    """The migrations of the public schema and those of a tenant's, as they are on disk."""
    on_disk = MigrationLoader(None, ignore_no_migrations=True).disk_migrations

    def of(apps: list[str]) -> Migrations:
        labels = {app.rsplit(".", 1)[-1] for app in apps}
        return frozenset(key for key in on_disk if key[0] in labels)

    return of(settings.SHARED_APPS), of(settings.TENANT_APPS)


def _applied() -> dict[str, set[tuple[str, str]]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('public.tenants_tenant') IS NOT NULL")
        if not cursor.fetchone()[0]:
            return {PUBLIC_SCHEMA: set()}
        cursor.execute("SELECT schema_name FROM public.tenants_tenant ORDER BY number")
        schemas = [PUBLIC_SCHEMA, *(schema for (schema,) in cursor.fetchall())]
        applied: dict[str, set[tuple[str, str]]] = {schema: set() for schema in schemas}
        cursor.execute(
            " UNION ALL ".join(
                f"SELECT {index}, app, name FROM {quote_schema_name(schema)}.django_migrations"
                for index, schema in enumerate(schemas)
            )
        )
        for index, app, name in cursor.fetchall():
            applied[schemas[index]].add((app, name))
    return applied
