import time
from argparse import ArgumentParser, BooleanOptionalAction
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connection, transaction
from django_tenants.utils import quote_schema_name

from config.demo.seed import refuse_in_production, seed_demo
from tenants.models import PUBLIC_SCHEMA
from tenants.schemas import schemas_behind


class Command(BaseCommand):
    help = "Brings a database up to date: extension, rights, migrations of all schemas and, if wanted, demo data."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--demo", action=BooleanOptionalAction, default=False, help="Create the demo tenants.")

    def handle(self, *_args: Any, **options: Any) -> None:
        if options["demo"]:
            refuse_in_production()
        with transaction.atomic(), connection.cursor() as cursor:
            # Before any tenant exists: an extension created from a tenant's search path would live,
            # and die, with that tenant.
            cursor.execute("CREATE EXTENSION IF NOT EXISTS btree_gist SCHEMA public")
            cursor.execute("SELECT current_user")
            if cursor.fetchone() != (settings.DATABASE_APP_ROLE,):
                grant_to_app(cursor)
        self._migrate()
        if options["demo"]:
            seed_demo(say=self._say)

    def _migrate(self) -> None:
        behind = schemas_behind()
        if not behind:
            return
        started = time.monotonic()
        self._say(f"Migrating {len(behind)} schema(s) ...")
        if PUBLIC_SCHEMA in behind:
            call_command("migrate_schemas", shared=True, interactive=False, verbosity=0)
            behind.remove(PUBLIC_SCHEMA)
        for done, schema in enumerate(behind, start=1):
            call_command("migrate_schemas", schema_name=schema, interactive=False, verbosity=0)
            self._say(f"  {done} of {len(behind)} tenants")
        self._say(f"Migrated in {time.monotonic() - started:.1f} s")

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()


def grant_to_app(cursor: Any) -> None:
    """The role of the web and the workers reads and writes rows of all schemas, present and to come, and
    changes no table. The owner's tables are its own, so it can grant this for the future too."""
    role = quote_schema_name(settings.DATABASE_APP_ROLE)
    cursor.execute(f"GRANT USAGE ON SCHEMA public TO {role}")
    cursor.execute(f"ALTER DEFAULT PRIVILEGES GRANT USAGE ON SCHEMAS TO {role}")
    cursor.execute(f"ALTER DEFAULT PRIVILEGES GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {role}")
    cursor.execute(f"ALTER DEFAULT PRIVILEGES GRANT USAGE, SELECT ON SEQUENCES TO {role}")
