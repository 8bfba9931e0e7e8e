"""The Celery application. Beat only looks for due work; Postgres remembers it (docs/architecture.md)."""

import os

from celery import Celery

from tenants.telemetry import tasks as telemetry

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("slotkeeper")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
telemetry.connect()
