from django.db import migrations

from tenants.audit.operations import AuditTable
from visits import audited


class Migration(migrations.Migration):
    dependencies = [("visits", "0003_slots_and_visits"), ("audit", "0001_initial")]

    operations = [
        AuditTable(audited.SLOT),
        AuditTable(audited.VISIT),
    ]
