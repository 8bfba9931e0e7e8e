from django.db import migrations

from bookings import audited
from tenants.audit.operations import AuditTable


class Migration(migrations.Migration):
    dependencies = [("bookings", "0001_initial"), ("audit", "0001_initial")]

    operations = [
        AuditTable(audited.OFFICE_HOUR),
        AuditTable(audited.OFFICE_HOUR_EXCEPTION),
        AuditTable(audited.COACH_BOOKING),
    ]
