import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("brands", "0002_audit"),
        ("notifications", "0010_calendar_feeds"),
    ]

    operations = [
        migrations.AddField(
            model_name="message",
            name="state_since",
            field=models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False),
        ),
        migrations.RunSQL(
            "UPDATE notifications_message SET state_since = coalesce(sent_at, created_at)", migrations.RunSQL.noop
        ),
        migrations.RemoveIndex(model_name="message", name="message_in_trouble"),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=models.Q(("state__in", ["sent", "failed", "dead"])),
                fields=["state", "state_since"],
                include=("brand",),
                name="message_outcome",
            ),
        ),
    ]
