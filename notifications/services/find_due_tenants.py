"""Which tenants have something to send."""

import logging

from django.db import DatabaseError, connection
from django_tenants.utils import quote_schema_name

from tenants.context import use_public
from tenants.models import Tenant

logger = logging.getLogger(__name__)

# Of one statement: a UNION of thousands of branches would take long to plan.
CHUNK = 200
# What MessageQuerySet.due says, in SQL for the index `message_open_due`.
DUE = """
    state IN ('planned', 'failed', 'sending') AND due_at <= now() AND (state <> 'sending' OR lease_until < now())
"""


def find_due_tenants() -> list[str]:
    """The schemas of the active tenants with due messages, by the database's clock.

    One index look-up per tenant, many tenants in one statement.
    """
    with use_public():
        schemas = list(Tenant.objects.filter(status=Tenant.Status.ACTIVE).values_list("schema_name", flat=True))
        due: list[str] = []
        for first in range(0, len(schemas), CHUNK):
            due += _due_of_sound(schemas[first : first + CHUNK])
    return due


def _due_of_sound(schemas: list[str]) -> list[str]:
    """As `_due`; a tenant whose tables are broken, behind or locked is logged and holds up nobody else."""
    try:
        return _due(schemas)
    except DatabaseError:
        if connection.connection is None or connection.connection.closed:
            raise
        if len(schemas) == 1:
            logger.exception("The messages of schema %s can't be read", schemas[0])
            return []
    return [due for schema in schemas for due in _due_of_sound([schema])]


def _due(schemas: list[str]) -> list[str]:
    branches = [
        f"""
        SELECT {index} WHERE EXISTS (
            SELECT FROM {quote_schema_name(schema)}.notifications_message
            WHERE {DUE}
        )
        """
        for index, schema in enumerate(schemas)
    ]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(branches))
        return [schemas[index] for (index,) in cursor.fetchall()]
