from celery import shared_task
from django.utils import timezone

from api.writes import forget_old_records
from tenants.context import use
from tenants.models import Tenant


@shared_task(name="api.forget_idempotency_keys")
def forget_idempotency_keys() -> None:
    """Removes the stored answers of all tenants that are older than a day."""
    for tenant in Tenant.objects.all():
        with use(tenant):
            forget_old_records(now=timezone.now())
