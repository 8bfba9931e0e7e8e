from typing import Any

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from tenants.audit import operations

TABLES = ("audit_auditentry", "audit_auditpersonal")

# For where one role does all: see `revoke`.
REFUSE = """
CREATE TRIGGER audit_refuse BEFORE UPDATE OR DELETE ON audit_auditentry
    FOR EACH ROW EXECUTE FUNCTION public.audit_refuse();
CREATE TRIGGER audit_refuse BEFORE UPDATE OR DELETE ON audit_auditpersonal
    FOR EACH ROW EXECUTE FUNCTION public.audit_refuse('may be cleared');
CREATE TRIGGER audit_refuse_truncate BEFORE TRUNCATE ON audit_auditentry
    FOR EACH STATEMENT EXECUTE FUNCTION public.audit_refuse();
CREATE TRIGGER audit_refuse_truncate BEFORE TRUNCATE ON audit_auditpersonal
    FOR EACH STATEMENT EXECUTE FUNCTION public.audit_refuse();
"""

ALLOW = """
DROP TRIGGER audit_refuse ON audit_auditentry;
DROP TRIGGER audit_refuse ON audit_auditpersonal;
DROP TRIGGER audit_refuse_truncate ON audit_auditentry;
DROP TRIGGER audit_refuse_truncate ON audit_auditpersonal;
"""


def allow_on_citus(_apps: Any, schema_editor: Any) -> None:
    operations.allow_on_citus(schema_editor)


def revoke(_apps: Any, schema_editor: Any) -> None:
    """The role of the web and the workers reads the audit, and writes it by the triggers alone."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        if cursor.fetchone() == (settings.DATABASE_APP_ROLE,):
            return
        role = schema_editor.quote_name(settings.DATABASE_APP_ROLE)
        for table in TABLES:
            cursor.execute(f"REVOKE ALL ON {table} FROM {role}")
            cursor.execute(f"GRANT SELECT ON {table} TO {role}")
        cursor.execute("SELECT pg_get_serial_sequence('audit_auditentry', 'id')")
        cursor.execute(f"REVOKE ALL ON SEQUENCE {cursor.fetchone()[0]} FROM {role}")


class Migration(migrations.Migration):
    initial = True

    dependencies = [("tenants", "0002_audit_functions")]

    operations = [
        migrations.CreateModel(
            name="AuditEntry",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                ("kind", models.CharField(max_length=32)),
                ("object_id", models.CharField(max_length=64)),
                ("subject_kind", models.CharField(max_length=32)),
                ("subject_id", models.CharField(max_length=64)),
                (
                    "operation",
                    models.CharField(
                        choices=[("insert", "Created"), ("update", "Changed"), ("delete", "Deleted")], max_length=8
                    ),
                ),
                ("fields", django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), size=None)),
                ("old", models.JSONField(null=True)),
                ("new", models.JSONField(null=True)),
                ("actor", models.CharField(max_length=200)),
                ("request_id", models.CharField(blank=True, max_length=128)),
                ("brand_id", models.UUIDField(null=True)),
            ],
            options={
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="AuditPersonal",
            fields=[
                (
                    "entry",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        primary_key=True,
                        related_name="personal",
                        serialize=False,
                        to="audit.auditentry",
                    ),
                ),
                ("owner", models.CharField(help_text="Whose values these are, such as client:7.", max_length=100)),
                ("old", models.JSONField(null=True)),
                ("new", models.JSONField(null=True)),
                ("erased_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.AddIndex(
            model_name="auditentry",
            index=models.Index(fields=["subject_id", "id"], name="audit_entry_of_subject"),
        ),
        migrations.AddIndex(
            model_name="auditentry",
            index=models.Index(fields=["kind", "id"], name="audit_entry_of_kind"),
        ),
        migrations.AddIndex(
            model_name="auditentry",
            index=models.Index(fields=["actor", "id"], name="audit_entry_by_actor"),
        ),
        migrations.AddIndex(
            model_name="auditentry",
            index=django.contrib.postgres.indexes.BrinIndex(fields=["at"], name="audit_entry_at"),
        ),
        migrations.AddIndex(
            model_name="auditpersonal",
            index=models.Index(fields=["owner"], name="audit_personal_of_owner"),
        ),
        migrations.RunPython(allow_on_citus, migrations.RunPython.noop),
        migrations.RunSQL(REFUSE, ALLOW),
        migrations.RunPython(revoke, migrations.RunPython.noop),
    ]
