import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

import tenants.ids
from scheduling import audited
from tenants.audit.operations import AuditTable


class Migration(migrations.Migration):
    dependencies = [("scheduling", "0007_erased_at"), ("audit", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="Erasure",
            fields=[
                (
                    "id",
                    models.UUIDField(default=tenants.ids.new_id, editable=False, primary_key=True, serialize=False),
                ),
                ("user_key", models.UUIDField(editable=False, null=True)),
                ("asked_at", models.DateTimeField()),
                ("by", models.CharField(max_length=200)),
                ("for_person", models.UUIDField(editable=False, null=True)),
                ("done", models.JSONField(default=dict)),
                ("due_at", models.DateTimeField()),
                ("failures", models.PositiveIntegerField(default=0)),
                ("failure", models.CharField(blank=True, max_length=200)),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
                (
                    "person",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="erasure",
                        to="scheduling.person",
                    ),
                ),
            ],
            options={
                "ordering": ["-asked_at"],
                "indexes": [models.Index(condition=Q(finished_at=None), fields=["due_at"], name="erasure_unfinished")],
            },
        ),
        AuditTable(audited.ERASURE),
    ]
