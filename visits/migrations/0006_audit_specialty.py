from django.db import migrations

from visits import audited
from tenants.audit.operations import AuditTable


class Migration(migrations.Migration):
    dependencies = [("visits", "0005_standing_meeting_link"), ("audit", "0001_initial")]

    operations = [AuditTable(audited.PROVIDER)]
