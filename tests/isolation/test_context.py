"""`tenants.context.use`: the one way into a tenant, in every thread and after every error."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from tenants.context import activate_public, current_schema, use, use_public
from tests.support.committed import in_threads


def _real_schema() -> str:
    """Where queries really go, as Postgres says."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_schema()")
        return str(cursor.fetchone()[0])


def test_a_block_runs_in_the_tenant_and_returns_to_where_it_came_from(north: Any, south: Any) -> None:
    with use(south):
        assert _real_schema() == south.schema_name
        with use_public():
            assert _real_schema() == "public"
        assert _real_schema() == south.schema_name
    assert _real_schema() == north.schema_name


@pytest.mark.parametrize("enter", [use, lambda _south: use_public()], ids=["use", "use_public"])
def test_an_error_in_the_block_leads_back_too(north: Any, south: Any, enter: Callable[[Any], Any]) -> None:
    with pytest.raises(ZeroDivisionError), enter(south):
        _ = 1 / 0

    assert _real_schema() == current_schema() == north.schema_name


def test_from_public_it_returns_to_public(north: Any) -> None:
    activate_public()

    with use(north):
        pass

    assert _real_schema() == "public"


def test_threads_never_meet_in_one_tenant(own_database: str) -> None:
    from tenants.models import Tenant

    tenants = list(Tenant.objects.all())
    together = threading.Barrier(4)

    def wander(first: int) -> list[bool]:
        together.wait(timeout=30)
        right = []
        for step in range(50):
            tenant = tenants[(first + step) % 2]
            with use(tenant):
                right.append(_real_schema() == tenant.schema_name)
            right.append(_real_schema() == "public")
        return right

    answers = in_threads(*(lambda first=first: wander(first) for first in range(4)))

    assert [len(answer) for answer in answers] == [100] * 4
    assert all(all(answer) for answer in answers)


def test_the_with_statement_of_django_tenants_leaks_which_is_why_it_is_banned(own_database: str) -> None:
    from tenants.models import Tenant

    north, south = Tenant.objects.get(slug="north"), Tenant.objects.get(slug="south")
    second_is_inside, first_is_out = threading.Event(), threading.Event()

    def first() -> str:
        with north:
            assert second_is_inside.wait(timeout=30)
        schema = _real_schema()
        first_is_out.set()
        return schema

    def second() -> str:
        with use(south), north:
            second_is_inside.set()
            assert first_is_out.wait(timeout=30)
        return _real_schema()

    ended_in, _ = in_threads(first, second)

    # The first thread came from public, and was led to where the second one came from.
    assert ended_in == south.schema_name
