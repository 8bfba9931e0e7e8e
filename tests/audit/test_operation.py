"""The migration goes back and forth, in one tenant without the others."""

import os
import subprocess
import sys

from tenants.audit.operations import TRIGGER
from tenants.models import Tenant
from tests.support.database import ROOT, owner_connection, owner_url, with_database


def test_a_table_s_trigger_goes_and_comes_back(own_database: str) -> None:
    north, south = (Tenant.objects.get(slug=slug).schema_name for slug in ("north", "south"))
    # Nothing refers to it, so it goes alone.
    _migrate(own_database, north, "visits", "0001_initial")
    assert _audited(own_database, "visits_provider") == {south}
    _migrate(own_database, north, "visits", "0002_audit")
    assert _audited(own_database, "visits_provider") == {north, south}
    assert _audited(own_database, "accounts_user") == {north, south}, "and not public"


def _migrate(database: str, schema: str, *target: str) -> None:
    environment = {
        **os.environ,
        "DATABASE_URL": with_database(os.environ["DATABASE_URL"], database),
        "DATABASE_OWNER_URL": with_database(owner_url(), database),
    }
    command = [sys.executable, "manage.py", "migrate_schemas", *target, "--schema", schema]
    subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True)


def _audited(database: str, table: str) -> set[object]:
    """The schemas whose table has the trigger."""
    with owner_connection(database) as owner:
        rows = owner.execute(
            "SELECT relnamespace::regnamespace::text FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid"
            " WHERE tgname = %s AND relname = %s",
            [TRIGGER, table],
        ).fetchall()
    return {schema for (schema,) in rows}
