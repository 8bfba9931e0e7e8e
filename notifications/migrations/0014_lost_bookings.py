from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("notifications", "0013_delivery_ended")]

    operations = [
        migrations.AddField(
            model_name="message", name="lost_starts_at", field=models.DateTimeField(editable=False, null=True)
        ),
        migrations.AddField(
            model_name="message", name="lost_ends_at", field=models.DateTimeField(editable=False, null=True)
        ),
    ]
