"""Where a tenant's table is missing, a query fails: it never reads the table of the same name in `public`."""

from typing import Any

import pytest
from django.db import ProgrammingError, connection, transaction
from django.test import Client
from psycopg import sql

from tenants.context import activate, use, use_public
from tests.support.database import owner_connection

TWINS = ("accounts_user", "django_session", "django_admin_log", "auth_group", "django_content_type")


@pytest.fixture
def maimed(own_database: str) -> Any:
    """North without its twin tables."""
    from tenants.resolution import resolve

    tenant = resolve(host="north.test", number=None)
    assert tenant is not None
    with owner_connection(own_database) as owner:
        for table in TWINS:
            owner.execute(sql.SQL("DROP TABLE {} CASCADE").format(sql.Identifier(tenant.schema_name, table)))
    return tenant


@pytest.mark.parametrize("table", TWINS)
def test_a_missing_table_is_an_error_and_not_the_public_one(maimed: Any, table: str) -> None:
    query = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))
    with use_public(), connection.cursor() as cursor:
        cursor.execute(query)  # it is there in public

    with use(maimed), connection.cursor() as cursor, pytest.raises(ProgrammingError, match="does not exist"):
        cursor.execute(query)


def test_with_public_on_the_search_path_the_same_query_would_read_public_rows(maimed: Any) -> None:
    from accounts.models import User

    with use_public():
        User.objects.create_user("operator@example.com", "a password")

    connection.set_tenant(maimed, include_public=True)  # type: ignore[attr-defined]
    assert User.objects.filter(email="operator@example.com").exists()

    activate(maimed)
    with pytest.raises(ProgrammingError):
        User.objects.filter(email="operator@example.com").exists()


def test_an_operators_session_opens_no_tenant_even_without_the_tenants_own_tables(maimed: Any) -> None:
    from accounts.models import User

    browser = Client(raise_request_exception=False)
    with use_public():
        browser.force_login(User.objects.create_superuser("operator@example.com", "a password"))
    assert browser.get("/admin/", headers={"Host": "localhost"}).status_code == 200

    answer = browser.get("/admin/", headers={"Host": "north.test"})

    assert answer.status_code == 500
    assert b"operator@example.com" not in answer.content


@pytest.mark.parametrize("table", ["tenants_tenant", "tenants_domain"])
def test_the_registry_of_tenants_is_out_of_a_tenants_reach(north: Any, table: str) -> None:
    with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table)))


def test_no_foreign_key_crosses_schemas(north: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT c.conname FROM pg_catalog.pg_constraint c
            JOIN pg_catalog.pg_class a ON a.oid = c.conrelid JOIN pg_catalog.pg_class b ON b.oid = c.confrelid
            WHERE c.contype = 'f' AND a.relnamespace <> b.relnamespace
            """
        )
        assert cursor.fetchall() == []
        cursor.execute("SELECT count(*) FROM pg_catalog.pg_constraint WHERE contype = 'f'")
        assert cursor.fetchone()[0] > 0
