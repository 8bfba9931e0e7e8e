"""Plans are kept in a connection, which serves all tenants in turn: a kept plan reads the tenant of the moment."""

from typing import Any

import pytest
from django.db import NotSupportedError, connection, transaction
from psycopg import sql

from api.errors import as_domain_error, sqlstate
from tenants.brands.models import Brand
from tenants.context import activate, use
from tests.support import cast
from tests.support.database import owner_connection
from tests.support.http import Rest

OFTEN_ENOUGH_TO_BE_KEPT = 8


def test_a_kept_plan_reads_the_tenant_of_the_moment(north: Any, south: Any) -> None:
    for _ in range(OFTEN_ENOUGH_TO_BE_KEPT):
        for tenant in (north, south):
            activate(tenant)
            assert Brand.objects.get(is_default=True).name == tenant.name

    assert "brands_brand" in _kept_statements()


def test_a_plan_that_a_migration_has_outdated_is_a_503_once_and_then_forgotten(own_database: str) -> None:
    from tenants.resolution import resolve

    tenant = resolve(host="north.test", number=None)
    assert tenant is not None
    with use(tenant):
        rest = Rest(tenant, cast.make_token())
        client = cast.make_client()
    path = f"/v1/clients/{client.person_id}"
    for _ in range(OFTEN_ENOUGH_TO_BE_KEPT):
        assert rest.get(path).status_code == 200

    with owner_connection(own_database) as owner:
        owner.execute(
            sql.SQL("ALTER TABLE {} ALTER COLUMN phone TYPE text").format(
                sql.Identifier(tenant.schema_name, "scheduling_person")
            )
        )

    first = rest.get(path)
    assert (first.status_code, first.json()["code"]) == (503, "server_busy")
    assert first["Retry-After"] == "1"
    assert rest.get(path).status_code == 200


def _kept_statements() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(statement, ' ') FROM pg_prepared_statements")
        (kept,) = cursor.fetchone()
    return str(kept)


def test_a_statement_that_postgres_never_runs_is_no_passing_trouble(north: Any) -> None:
    """It has the SQLSTATE of an outdated plan: 503 would hide the defect from whoever could mend it."""
    with pytest.raises(NotSupportedError) as caught, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM brands_brand FOR UPDATE")

    assert sqlstate(caught.value) == "0A000"
    assert as_domain_error(caught.value, method="GET") is None
