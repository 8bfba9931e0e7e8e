"""Which tenants have rows that want a worker."""

import logging

from django.db import DatabaseError, connection
from django_tenants.utils import quote_schema_name

from tenants.context import use_public
from tenants.models import Tenant

logger = logging.getLogger(__name__)

# Of one statement: a UNION of thousands of branches would take long to plan.
CHUNK = 200


def tenants_with(*, table: str, due: str) -> list[str]:
    """The schemas of the active tenants whose `table` has a row for which the SQL `due` is true.

    One index look-up per tenant, many tenants in one statement.
    """
    with use_public():
        schemas = list(Tenant.objects.filter(status=Tenant.Status.ACTIVE).values_list("schema_name", flat=True))
        found: list[str] = []
        for first in range(0, len(schemas), CHUNK):
            found += _of_sound(schemas[first : first + CHUNK], table, due)
    return found


def _of_sound(schemas: list[str], table: str, due: str) -> list[str]:
    """As `_of`; a tenant whose tables are broken, behind or locked is logged and holds up nobody else."""
    try:
        return _of(schemas, table, due)
    except DatabaseError:
        if connection.connection is None or connection.connection.closed:
            raise
        if len(schemas) == 1:
            logger.exception("The table %s of schema %s can't be read", table, schemas[0])
            return []
    return [found for schema in schemas for found in _of_sound([schema], table, due)]


def _of(schemas: list[str], table: str, due: str) -> list[str]:
    branches = [
        f"SELECT {index} WHERE EXISTS (SELECT FROM {quote_schema_name(schema)}.{table} WHERE {due})"
        for index, schema in enumerate(schemas)
    ]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(branches))
        return [schemas[index] for (index,) in cursor.fetchall()]
