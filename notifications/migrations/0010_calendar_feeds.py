import django.db.models.deletion
import tenants.ids
from django.conf import settings
from django.db import migrations, models

from notifications import audited
from tenants.audit.operations import AuditTable


class Migration(migrations.Migration):
    dependencies = [
        ("brands", "0002_audit"),
        ("notifications", "0009_webhooks"),
        ("scheduling", "0002_audit"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="CalendarFeed",
            fields=[
                ("id", models.UUIDField(default=tenants.ids.new_id, editable=False, primary_key=True, serialize=False)),
                (
                    "name",
                    models.CharField(
                        blank=True,
                        help_text="Who uses it and for what. Calendar programs show it as the title.",
                        max_length=100,
                    ),
                ),
                (
                    "level",
                    models.CharField(
                        choices=[
                            ("busy", "Busy times and nothing else"),
                            ("limited", "What is booked, without clients, notes and places"),
                            ("full", "Everything: clients, notes and places too"),
                        ],
                        default="busy",
                        max_length=16,
                        verbose_name="shows",
                    ),
                ),
                ("prefix", models.CharField(editable=False, max_length=16)),
                ("digest", models.CharField(editable=False, max_length=64, unique=True)),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                ("created_at", models.DateTimeField(editable=False)),
                ("rotated_at", models.DateTimeField(blank=True, editable=False, null=True)),
                ("revoked_at", models.DateTimeField(blank=True, editable=False, null=True)),
                ("last_used_at", models.DateTimeField(blank=True, editable=False, null=True)),
                (
                    "brand",
                    models.ForeignKey(
                        help_text="Bookings of other brands are shown as busy and nothing more.",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="brands.brand",
                    ),
                ),
                (
                    "client",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="calendar_feeds",
                        to="scheduling.client",
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "room",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="calendar_feeds",
                        to="scheduling.room",
                    ),
                ),
                (
                    "staff_member",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="calendar_feeds",
                        to="scheduling.staffmember",
                    ),
                ),
            ],
            options={
                "ordering": ["-created_at"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("client", None), ("room", None), ("staff_member__isnull", False)),
                            models.Q(("client", None), ("room__isnull", False), ("staff_member", None)),
                            models.Q(("client__isnull", False), ("room", None), ("staff_member", None)),
                            _connector="OR",
                        ),
                        name="calendar_feed_of_one",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("level__in", ["busy", "limited", "full"])), name="calendar_feed_level_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("rotated_at", None), ("rotated_at__gte", models.F("created_at")), _connector="OR"
                        ),
                        name="calendar_feed_rotated_later",
                    ),
                ],
            },
        ),
        AuditTable(audited.CALENDAR_FEED),
    ]
