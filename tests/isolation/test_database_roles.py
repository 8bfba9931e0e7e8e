"""The role that runs the web and the workers changes rows, and no tables."""

from typing import Any

import pytest
from django.db import ProgrammingError, connection, transaction

from tenants.context import use_public

FORBIDDEN = [
    "CREATE TABLE loot (id int)",
    "CREATE SCHEMA loot",
    "ALTER TABLE scheduling_reservation DROP CONSTRAINT reservation_no_overlap",
    "DROP TABLE scheduling_reservation",
    "TRUNCATE scheduling_reservation",
    "CREATE INDEX ON scheduling_person (email)",
    "CREATE FUNCTION loot() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "CREATE TRIGGER loot BEFORE INSERT ON scheduling_person EXECUTE FUNCTION suppress_redundant_updates_trigger()",
    "CREATE EXTENSION pg_trgm",
    "CREATE ROLE loot",
    "ALTER ROLE CURRENT_USER SUPERUSER",
    "COPY scheduling_person TO '/tmp/loot'",
]


@pytest.mark.parametrize("statement", FORBIDDEN)
def test_the_applications_role_can_not(north: Any, statement: str) -> None:
    with pytest.raises(ProgrammingError) as refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)

    assert getattr(refused.value.__cause__, "sqlstate", None) == "42501"  # insufficient_privilege


@pytest.mark.parametrize("statement", ["CREATE TABLE loot (id int)", "DROP TABLE tenants_tenant"])
def test_nor_in_public(db: None, statement: str) -> None:
    with use_public(), pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_it_is_no_superuser_and_owns_nothing(north: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolsuper, rolcreaterole, rolcreatedb, rolbypassrls FROM pg_catalog.pg_roles"
            " WHERE rolname = current_user"
        )
        assert cursor.fetchone() == (False, False, False, False)
        cursor.execute("SELECT count(*) FROM pg_catalog.pg_class WHERE relowner = current_user::regrole")
        assert cursor.fetchone()[0] == 0
