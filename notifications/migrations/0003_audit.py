from django.db import migrations

from notifications import audited
from tenants.audit.operations import AuditTable


class Migration(migrations.Migration):
    dependencies = [("notifications", "0002_default_rules"), ("audit", "0001_initial")]

    operations = [
        AuditTable(audited.RULE),
    ]
