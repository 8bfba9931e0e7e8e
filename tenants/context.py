"""The one way to work inside a tenant.

`with tenant:` of django-tenants keeps its state in a list that threads share, and its decorator form
binds too early; both are banned here (tests/isolation/test_context.py shows why).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol, cast

from django.db import connection
from django_tenants.postgresql_backend.base import DatabaseWrapper

from tenants.models import PUBLIC_SCHEMA


class HasSchema(Protocol):
    @property
    def schema_name(self) -> str: ...


def _connection() -> DatabaseWrapper:
    return cast("DatabaseWrapper", connection)


def activate(tenant: HasSchema) -> None:
    """Points this thread's connection at the tenant, and at nothing else.

    The public schema is not on the search path: where a tenant's table is missing, a query fails
    instead of reading the table of the same name in `public`.
    """
    _connection().set_tenant(tenant, include_public=False)


def activate_public() -> None:
    """Points this thread's connection at the registry of tenants and the operators."""
    _connection().set_schema_to_public()


@contextmanager
def use(tenant: HasSchema) -> Iterator[None]:
    """Runs the block inside `tenant`, then returns to where the thread was."""
    before = cast("HasSchema", _connection().tenant)
    activate(tenant)
    try:
        yield
    finally:
        if before.schema_name == PUBLIC_SCHEMA:
            activate_public()
        else:
            activate(before)


@contextmanager
def use_public() -> Iterator[None]:
    """Runs the block in the public schema, then returns to where the thread was."""
    before = cast("HasSchema", _connection().tenant)
    activate_public()
    try:
        yield
    finally:
        if before.schema_name != PUBLIC_SCHEMA:
            activate(before)


def current_schema() -> str:
    """The schema that this thread's queries go to."""
    return str(_connection().schema_name)
