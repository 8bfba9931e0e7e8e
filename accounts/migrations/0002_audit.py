from django.db import migrations

from accounts import audited
from tenants.audit.operations import AuditTable


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial"), ("audit", "0001_initial")]

    operations = [
        AuditTable(audited.USER),
    ]
