from django.db import migrations

from bookings import audited
from tenants.audit.operations import AuditTable


class Migration(migrations.Migration):
    dependencies = [("bookings", "0004_audit_events_and_orders"), ("audit", "0001_initial")]

    operations = [AuditTable(audited.DISPUTE)]
