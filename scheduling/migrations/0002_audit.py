from django.db import migrations

from scheduling import audited
from tenants.audit.operations import AuditTable


class Migration(migrations.Migration):
    dependencies = [("scheduling", "0001_initial"), ("audit", "0001_initial")]

    operations = [
        AuditTable(audited.PERSON),
        AuditTable(audited.CLIENT),
        AuditTable(audited.CLIENT_BRAND),
        AuditTable(audited.STAFF_MEMBER),
        AuditTable(audited.STAFF_MEMBER_BRAND),
        AuditTable(audited.LOCATION),
        AuditTable(audited.RESOURCE),
        AuditTable(audited.ROOM),
        AuditTable(audited.WORKING_HOURS),
        AuditTable(audited.HOURS_EXCEPTION),
        AuditTable(audited.CLOSURE),
    ]
