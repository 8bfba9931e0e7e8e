from django.db import migrations, models

import tenants.secrets
from notifications import audited
from tenants.audit.operations import AuditTable


class Migration(migrations.Migration):
    dependencies = [("notifications", "0011_message_outcome"), ("audit", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="channelaccount",
            name="reports_secret",
            field=tenants.secrets.SealedField(blank=True, default="", editable=False),
        ),
        migrations.AddField(
            model_name="channelaccount",
            name="reported_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        AuditTable(audited.CHANNEL_ACCOUNT),
    ]
