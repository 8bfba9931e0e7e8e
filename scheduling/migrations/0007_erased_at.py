from django.db import migrations, models
from django.db.models import Q

from scheduling import audited
from tenants.audit.operations import AuditTable


class Migration(migrations.Migration):
    dependencies = [
        ("scheduling", "0006_birth_date_and_gender"),
        ("audit", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="person",
            name="erased_at",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddConstraint(
            model_name="person",
            constraint=models.CheckConstraint(
                condition=Q(erased_at=None)
                | Q(
                    birth_date=None,
                    email="",
                    family_name="",
                    gender="",
                    given_name="Erased",
                    phone="",
                    user=None,
                ),
                name="person_erased_is_nobody",
            ),
        ),
        AuditTable(audited.PERSON),
    ]
