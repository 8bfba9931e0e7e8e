from celery import shared_task
from django.utils import timezone

from api.writes import forget_old_records
from tenants.rounds import in_each_tenant


@shared_task(name="api.forget_idempotency_keys")
def forget_idempotency_keys() -> None:
    """Removes the stored answers of all tenants that are older than a day."""
    in_each_tenant(lambda: forget_old_records(now=timezone.now()), what="Removing old idempotency records")
