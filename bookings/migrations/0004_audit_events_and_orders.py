from django.db import migrations

from bookings import audited
from tenants.audit.operations import AuditTable


class Migration(migrations.Migration):
    dependencies = [("bookings", "0003_events_and_orders"), ("audit", "0001_initial")]

    operations = [
        AuditTable(audited.SPORT),
        AuditTable(audited.EVENT_SETTINGS),
        AuditTable(audited.TIME_SLOT),
        AuditTable(audited.EVENT),
        AuditTable(audited.ORDER),
        AuditTable(audited.EVENT_BOOKING),
        AuditTable(audited.WAITING_PLACE),
        AuditTable(audited.DISPUTE_REASON),
        AuditTable(audited.DISPUTE),
    ]
