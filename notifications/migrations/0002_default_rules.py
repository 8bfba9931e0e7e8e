"""Every tenant starts with mails to the client for a booking and its cancellation."""

from typing import Any

from django.db import migrations


def create(apps: Any, _schema_editor: Any) -> None:
    rules = apps.get_model("notifications", "Rule").objects
    for event in ("booked", "cancelled"):
        rules.get_or_create(event=event, audience="client", channel="email", brand=None)


class Migration(migrations.Migration):
    dependencies = [("notifications", "0001_initial")]

    operations = [migrations.RunPython(create, migrations.RunPython.noop)]
