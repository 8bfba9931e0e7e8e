import django.core.validators
from django.db import migrations, models

from scheduling import audited
from tenants.audit.operations import AuditTable


class Migration(migrations.Migration):
    dependencies = [("scheduling", "0004_audit_services"), ("audit", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="service",
            name="meeting_opens_minutes",
            field=models.PositiveSmallIntegerField(
                default=30,
                help_text=(
                    "How long before the start of a visit by video the patient sees its link. Staff always does."
                ),
                validators=[django.core.validators.MaxValueValidator(1440)],
                verbose_name="meeting link shown (minutes before)",
            ),
        ),
        AuditTable(audited.SERVICE),
    ]
