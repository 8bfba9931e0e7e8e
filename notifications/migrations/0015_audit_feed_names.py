from django.db import migrations

from notifications import audited
from tenants.audit.operations import AuditTable


class Migration(migrations.Migration):
    dependencies = [("notifications", "0014_lost_bookings"), ("audit", "0001_initial")]

    operations = [AuditTable(audited.CALENDAR_FEED)]
