"""Which tenants have rows that want a worker."""

import logging
from datetime import datetime

from django.db import DatabaseError, connection
from django_tenants.utils import quote_schema_name

from tenants.context import use_public
from tenants.models import Tenant

logger = logging.getLogger(__name__)

# Of one statement: a UNION of thousands of branches would take long to plan.
CHUNK = 200


def tenants_with(*, table: str, due: str) -> list[str]:
    """The schemas of the active tenants whose `table` has a row for which the SQL `due` is true."""
    return list(earliest(f"(SELECT now() WHERE EXISTS (SELECT FROM {{schema}}.{table} WHERE {due}))"))


def earliest(expression: str) -> dict[str, datetime]:
    """The active tenants for which an SQL expression is an instant and not null, and that instant. Of a tenant's
    tables it says `{schema}.table`.

    Some index look-ups per tenant, many tenants in one statement.
    """
    with use_public():
        schemas = list(Tenant.objects.filter(status=Tenant.Status.ACTIVE).values_list("schema_name", flat=True))
        found: dict[str, datetime] = {}
        for first in range(0, len(schemas), CHUNK):
            found |= _of_sound(schemas[first : first + CHUNK], expression)
    return found


def _of_sound(schemas: list[str], expression: str) -> dict[str, datetime]:
    """As `_of`; a tenant whose tables are broken, behind or locked is logged and holds up nobody else."""
    try:
        return _of(schemas, expression)
    except DatabaseError:
        if connection.connection is None or connection.connection.closed:
            raise
        if len(schemas) == 1:
            logger.exception("What is due in schema %s can't be read", schemas[0])
            return {}
    found: dict[str, datetime] = {}
    for schema in schemas:
        found |= _of_sound([schema], expression)
    return found


def _of(schemas: list[str], expression: str) -> dict[str, datetime]:
    branches = [
        f"SELECT {index}, {expression.replace('{schema}', quote_schema_name(schema))}"
        for index, schema in enumerate(schemas)
    ]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(branches))
        return {schemas[index]: at for index, at in cursor.fetchall() if at is not None}
