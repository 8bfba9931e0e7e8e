from django.db import migrations

from scheduling import audited
from tenants.audit.operations import AuditTable


class Migration(migrations.Migration):
    dependencies = [("scheduling", "0003_services_and_holds"), ("audit", "0001_initial")]

    operations = [
        AuditTable(audited.SERVICE),
        AuditTable(audited.SERVICE_STAFF),
        AuditTable(audited.SERVICE_HOURS),
        AuditTable(audited.SERVICE_NEED),
        AuditTable(audited.SERVICE_NEED_RESOURCE),
    ]
