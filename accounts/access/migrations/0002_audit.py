from django.db import migrations

from accounts.access import audited
from tenants.audit.operations import AuditTable


class Migration(migrations.Migration):
    dependencies = [("access", "0001_initial"), ("audit", "0001_initial")]

    operations = [
        AuditTable(audited.MEMBERSHIP),
        AuditTable(audited.APPLICATION),
    ]
