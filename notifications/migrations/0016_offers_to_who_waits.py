"""Who waits for a place in an event is told when one is kept for them: by mail in every tenant, unless it says else."""

from typing import Any

import django.contrib.postgres.fields
from django.db import migrations, models


def create(apps: Any, _schema_editor: Any) -> None:
    apps.get_model("notifications", "Rule").objects.get_or_create(
        event="place_offered", audience="client", channel="email", brand=None
    )


class Migration(migrations.Migration):
    dependencies = [
        ("notifications", "0015_audit_feed_names"),
    ]

    operations = [
        migrations.AlterField(
            model_name="message",
            name="event",
            field=models.CharField(
                choices=[
                    ("booked", "Booked"),
                    ("rescheduled", "Rescheduled"),
                    ("cancelled", "Cancelled"),
                    ("before_start", "Before the start"),
                    ("after_end", "After the end"),
                    ("completed", "Completed"),
                    ("no_show", "Client did not come"),
                    ("place_offered", "Place offered to who waits"),
                    ("offer_expired", "Offer to who waits expired"),
                ],
                max_length=32,
            ),
        ),
        migrations.AlterField(
            model_name="rule",
            name="event",
            field=models.CharField(
                choices=[
                    ("booked", "Booked"),
                    ("rescheduled", "Rescheduled"),
                    ("cancelled", "Cancelled"),
                    ("before_start", "Before the start"),
                    ("after_end", "After the end"),
                    ("completed", "Completed"),
                    ("no_show", "Client did not come"),
                    ("place_offered", "Place offered to who waits"),
                    ("offer_expired", "Offer to who waits expired"),
                ],
                max_length=32,
            ),
        ),
        migrations.AlterField(
            model_name="webhookdelivery",
            name="event_type",
            field=models.CharField(
                choices=[
                    ("booking.booked", "booking.booked"),
                    ("booking.rescheduled", "booking.rescheduled"),
                    ("booking.cancelled", "booking.cancelled"),
                    ("booking.completed", "booking.completed"),
                    ("booking.no_show", "booking.no_show"),
                    ("booking.place_offered", "booking.place_offered"),
                    ("booking.offer_expired", "booking.offer_expired"),
                    ("webhook.test", "webhook.test"),
                ],
                max_length=64,
                verbose_name="event",
            ),
        ),
        migrations.AlterField(
            model_name="webhookendpoint",
            name="event_types",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(
                    choices=[
                        ("booking.booked", "booking.booked"),
                        ("booking.rescheduled", "booking.rescheduled"),
                        ("booking.cancelled", "booking.cancelled"),
                        ("booking.completed", "booking.completed"),
                        ("booking.no_show", "booking.no_show"),
                        ("booking.place_offered", "booking.place_offered"),
                        ("booking.offer_expired", "booking.offer_expired"),
                    ],
                    max_length=64,
                ),
                blank=True,
                default=list,
                help_text="Empty: all.",
                size=None,
            ),
        ),
        migrations.RunPython(create, migrations.RunPython.noop),
    ]
