from django.db import migrations

from accounts.access import audited
from tenants.audit.operations import AuditTable


class Migration(migrations.Migration):
    """Its kind was `api-key`, the only one with a hyphen. Older entries keep it."""

    dependencies = [("access", "0004_account_mails")]
    operations = [AuditTable(audited.API_KEY)]
