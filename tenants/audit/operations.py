"""The migration operation that puts the audit's trigger on a table."""

from typing import Any

from django.db import router
from django.db.migrations.operations.base import Operation, OperationCategory

from tenants.audit.registry import Audited

TRIGGER = "audit_changes"


class AuditTable(Operation):
    """From here on every change of the table's rows leaves an entry. Again after a change of its columns.

    Only in tenants' schemas: the tables of sign-ins exist in `public` too, the audit does not.
    """

    reversible = True
    category = OperationCategory.SQL

    def __init__(self, declaration: Audited) -> None:
        self.declaration = declaration

    def state_forwards(self, app_label: str, state: Any) -> None:
        pass

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:  # noqa: ARG002
        if not _has_audit(schema_editor):
            return
        allow_on_citus(schema_editor)
        quote = schema_editor.quote_name
        arguments = ", ".join("'" + text.replace("'", "''") + "'" for text in self.declaration.arguments)
        schema_editor.execute(
            f"CREATE OR REPLACE TRIGGER {TRIGGER} AFTER INSERT OR UPDATE OR DELETE ON {quote(self.declaration.table)}"
            f" FOR EACH ROW EXECUTE FUNCTION public.audit_row({arguments})"
        )

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:  # noqa: ARG002
        if _has_audit(schema_editor):
            schema_editor.execute(
                f"DROP TRIGGER IF EXISTS {TRIGGER} ON {schema_editor.quote_name(self.declaration.table)}"
            )

    def describe(self) -> str:
        return f"Record the changes of {self.declaration.table}"


def _has_audit(schema_editor: Any) -> bool:
    return router.allow_migrate(schema_editor.connection.alias, "audit")


def allow_on_citus(schema_editor: Any) -> None:
    """Citus refuses triggers on distributed tables unless it is told that they stay on their shard."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_catalog.pg_settings WHERE name = 'citus.enable_unsafe_triggers'")
        if cursor.fetchone():
            cursor.execute("SET LOCAL citus.enable_unsafe_triggers = on")
