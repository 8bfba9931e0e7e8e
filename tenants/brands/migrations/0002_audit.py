from django.db import migrations

from tenants.brands import audited
from tenants.audit.operations import AuditTable


class Migration(migrations.Migration):
    dependencies = [("brands", "0001_initial"), ("audit", "0001_initial")]

    operations = [
        AuditTable(audited.BRAND),
    ]
