"""After a rollback or an error the next query is still in the right schema, however seldom the path is set."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import Error, connection, transaction
from django.test.utils import CaptureQueriesContext

from tenants.context import activate, activate_public, use, use_public


@pytest.fixture(params=[False, True], ids=["path-set-always", "path-set-once"], autouse=True)
def _limit(request: pytest.FixtureRequest, settings: Any) -> None:
    """django-tenants reads the setting at each query. See docs/adr and django-tenants #1262."""
    settings.TENANT_LIMIT_SET_CALLS = request.param


@pytest.fixture
def pair(own_database: str) -> Iterator[tuple[Any, Any]]:
    """Two tenants on a connection whose transactions are real."""
    from tenants.resolution import resolve

    yield resolve(host="north.test", number=None), resolve(host="south.test", number=None)
    activate_public()


def _schema() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_schema()")
        return str(cursor.fetchone()[0])


class _OopsError(Exception):
    """Raised by a block of a test."""


def _look_and_fail(tenant: Any) -> None:
    assert _schema() == tenant.schema_name
    raise _OopsError


def _enter_and_fail(tenant: Any) -> None:
    activate(tenant)
    _look_and_fail(tenant)


def _enter_and_break(tenant: Any) -> None:
    activate(tenant)
    _break()


def _break_and_enter(tenant: Any) -> None:
    """The SET fails here: the transaction is broken already."""
    try:
        _break()
    finally:
        activate(tenant)
        connection.cursor().close()


def _break() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 / 0")


def test_a_savepoint_that_rolls_back_leaves_the_tenant_as_it_was(pair: tuple[Any, Any]) -> None:
    north, south = pair
    activate(north)
    with transaction.atomic():
        assert _schema() == north.schema_name
        with pytest.raises(_OopsError), transaction.atomic(), use(south):
            _look_and_fail(south)
        assert _schema() == north.schema_name


def test_a_tenant_entered_inside_a_savepoint_stays_when_that_rolls_back(pair: tuple[Any, Any]) -> None:
    north, south = pair
    activate(north)
    with transaction.atomic():
        with pytest.raises(_OopsError), transaction.atomic():
            _enter_and_fail(south)
        assert _schema() == south.schema_name


def test_a_full_rollback_leaves_the_tenant_as_it_is(pair: tuple[Any, Any]) -> None:
    north, south = pair
    activate(north)
    assert _schema() == north.schema_name
    with pytest.raises(_OopsError), transaction.atomic():
        _enter_and_fail(south)
    assert _schema() == south.schema_name


def test_set_rollback_without_an_exception_too(pair: tuple[Any, Any]) -> None:
    north, south = pair
    activate(north)
    with transaction.atomic():
        activate(south)
        assert _schema() == south.schema_name
        transaction.set_rollback(True)
    assert _schema() == south.schema_name


def test_after_an_error_the_next_transaction_is_in_the_tenant(pair: tuple[Any, Any]) -> None:
    north, south = pair
    activate(north)
    with pytest.raises(Error), transaction.atomic():
        _enter_and_break(south)
    assert _schema() == south.schema_name
    with use_public():
        assert _schema() == "public"
    assert _schema() == south.schema_name


def test_an_error_under_a_savepoint_leaves_the_outer_transaction_in_its_tenant(pair: tuple[Any, Any]) -> None:
    north, south = pair
    activate(north)
    with transaction.atomic():
        with pytest.raises(Error), use(south), transaction.atomic():
            _break()
        assert _schema() == north.schema_name


def test_a_tenant_entered_after_an_error_in_the_same_block_is_right_once_that_has_ended(pair: tuple[Any, Any]) -> None:
    north, south = pair
    activate(north)
    with pytest.raises(Error), transaction.atomic():
        _break_and_enter(south)
    assert _schema() == south.schema_name


def test_a_lost_connection_comes_back_in_the_tenant(pair: tuple[Any, Any]) -> None:
    north, _ = pair
    activate(north)
    assert _schema() == north.schema_name
    connection.close()
    assert _schema() == north.schema_name


def test_a_server_side_cursor_reads_its_tenant(pair: tuple[Any, Any]) -> None:
    from tenants.brands.models import Brand

    north, south = pair
    activate(north)
    with transaction.atomic():
        first = Brand.objects.all().iterator()
        with use(south):
            other = list(Brand.objects.values_list("name", flat=True).iterator())
        assert [brand.name for brand in first] == ["North"]
    assert other == ["South"]


def test_the_setting_is_read_at_run_time(pair: tuple[Any, Any], settings: Any) -> None:
    activate(pair[0])
    with CaptureQueriesContext(connection) as queries:
        for _ in range(3):
            _schema()

    sets = [query for query in queries.captured_queries if query["sql"].startswith("SET search_path")]
    # The capture itself opens cursors, which set it too.
    assert len(sets) == 1 if settings.TENANT_LIMIT_SET_CALLS else len(sets) >= 3
