from django.db import migrations, models

from tenants.audit.operations import AuditTable
from visits import audited


class Migration(migrations.Migration):
    dependencies = [("visits", "0004_audit_slots_and_visits"), ("audit", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="provider",
            name="meeting_url",
            field=models.URLField(
                blank=True,
                default="",
                help_text="Of all remote visits that have no link of their own.",
                max_length=500,
                verbose_name="standing meeting link",
            ),
        ),
        AuditTable(audited.PROVIDER),
    ]
