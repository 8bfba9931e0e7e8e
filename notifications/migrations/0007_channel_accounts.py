import django.db.models.deletion
from django.db import migrations, models

import tenants.ids
import tenants.secrets
from notifications import audited
from tenants.audit.operations import AuditTable


class Migration(migrations.Migration):
    dependencies = [("notifications", "0006_templates"), ("brands", "0002_audit"), ("audit", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="ChannelAccount",
            fields=[
                ("id", models.UUIDField(default=tenants.ids.new_id, editable=False, primary_key=True, serialize=False)),
                (
                    "channel",
                    models.CharField(
                        choices=[("email", "E-mail"), ("sms", "SMS"), ("push", "Push"), ("chat", "Chat")], max_length=16
                    ),
                ),
                (
                    "brand",
                    models.ForeignKey(
                        blank=True,
                        help_text="Empty: all brands.",
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="brands.brand",
                    ),
                ),
                ("provider", models.CharField(max_length=32)),
                ("settings", models.JSONField(blank=True, default=dict)),
                ("secrets", tenants.secrets.SealedField(blank=True, default="", editable=False)),
                ("secrets_set_at", models.JSONField(blank=True, default=dict, editable=False)),
                ("is_active", models.BooleanField(default=True, verbose_name="on")),
                ("test_to", models.CharField(blank=True, default="", editable=False, max_length=254)),
                ("test_asked_at", models.DateTimeField(editable=False, null=True)),
                ("tested_at", models.DateTimeField(editable=False, null=True)),
                ("test_ok", models.BooleanField(editable=False, null=True)),
                ("test_text", models.CharField(blank=True, default="", editable=False, max_length=300)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
            ],
            options={
                "verbose_name": "channel",
                "ordering": ["channel", "brand__name", "-created_at"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("is_active", True)),
                        fields=("channel", "brand"),
                        name="channel_account_once",
                        nulls_distinct=False,
                    )
                ],
            },
        ),
        AuditTable(audited.CHANNEL_ACCOUNT),
    ]
