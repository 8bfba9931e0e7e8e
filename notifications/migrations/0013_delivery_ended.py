from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("notifications", "0012_mail_reports")]

    operations = [
        migrations.AddField(
            model_name="webhookdelivery",
            name="ended_at",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.RunSQL(
            "UPDATE notifications_webhookdelivery SET ended_at = coalesce(delivered_at, least(expires_at, now()))"
            " WHERE state IN ('delivered', 'dead', 'cancelled')",
            migrations.RunSQL.noop,
        ),
        migrations.AddIndex(
            model_name="webhookdelivery",
            index=models.Index(
                condition=models.Q(("ended_at__isnull", False)), fields=["state", "ended_at"], name="delivery_ended"
            ),
        ),
    ]
