"""Who runs the web and the workers can't change the audit; who owns the tables can't by mistake."""

from typing import Any

import psycopg
import pytest
from django.db import ProgrammingError, connection, transaction

from scheduling.models import Location
from tenants.audit.models import AuditEntry
from tenants.context import current_schema
from tests.support.database import owner_connection

FORBIDDEN = [
    "INSERT INTO audit_auditentry (actor) VALUES ('user:1')",
    "UPDATE audit_auditentry SET actor = 'user:somebody-else'",
    "DELETE FROM audit_auditentry",
    "TRUNCATE audit_auditentry",
    "INSERT INTO audit_auditpersonal (entry_id, owner) VALUES (1, 'client:1')",
    "UPDATE audit_auditpersonal SET old = NULL, new = NULL",
    "DELETE FROM audit_auditpersonal",
    "TRUNCATE audit_auditpersonal",
    "ALTER TABLE scheduling_location DISABLE TRIGGER audit_changes",
    "ALTER TABLE scheduling_location DISABLE TRIGGER ALL",
    "DROP TRIGGER audit_changes ON scheduling_location",
    "DROP FUNCTION public.audit_row() CASCADE",
    "CREATE OR REPLACE FUNCTION public.audit_row() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
    "ALTER FUNCTION public.audit_row() SET search_path = pg_temp",
    "SET session_replication_role = replica",
    "SELECT setval('audit_auditentry_id_seq', 1)",
    "SELECT nextval('audit_auditentry_id_seq')",
]


@pytest.mark.parametrize("statement", FORBIDDEN)
def test_the_applications_role_can_not(north: Any, statement: str) -> None:
    Location.objects.create(name="Harbor")
    with pytest.raises(ProgrammingError) as refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert getattr(refused.value.__cause__, "sqlstate", None) == "42501"  # insufficient_privilege


def test_a_table_of_the_same_name_in_front_catches_nothing(north: Any) -> None:
    """The function trusts no search path: a temporary table can't stand in for the audit or for a function of it."""
    before = AuditEntry.objects.count()
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE audit_auditentry (LIKE audit_auditentry) ON COMMIT DROP")
        cursor.execute("INSERT INTO scheduling_location (id, name, address, timezone)"
                       " VALUES (gen_random_uuid(), 'Harbor', '', 'UTC')")  # fmt: skip
        cursor.execute("SELECT count(*) FROM pg_temp.audit_auditentry")
        assert cursor.fetchone()[0] == 0
        cursor.execute("DROP TABLE pg_temp.audit_auditentry")
    assert AuditEntry.objects.count() == before + 1


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_auditentry SET actor = 'x'",
        "DELETE FROM audit_auditentry",
        "TRUNCATE audit_auditentry",
        "DELETE FROM audit_auditpersonal",
        "TRUNCATE audit_auditpersonal",
        "UPDATE audit_auditpersonal SET new = '{}'",
        "UPDATE audit_auditpersonal SET old = NULL, new = NULL, owner = 'client:0'",
    ],
)
def test_nor_can_a_role_that_owns_the_tables(own_database: str, statement: str) -> None:
    """As in an installation with one role for all."""
    from accounts.models import User
    from tenants.context import use
    from tenants.resolution import resolve

    with use(resolve(host="north.test", number=None)):  # type: ignore[arg-type]
        User.objects.create_user("ada@north.test", "a password", name="Ada")
        schema = current_schema()
    with owner_connection(own_database) as owner:
        owner.execute(f"SET search_path = {schema}")
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="never changed"):
            owner.execute(statement)
