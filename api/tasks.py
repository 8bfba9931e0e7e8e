import logging

from celery import shared_task
from django.db import DatabaseError
from django.utils import timezone

from api.writes import forget_old_records
from tenants.context import use
from tenants.models import Tenant

logger = logging.getLogger(__name__)


@shared_task(name="api.forget_idempotency_keys")
def forget_idempotency_keys() -> None:
    """Removes the stored answers of all tenants that are older than a day."""
    for tenant in Tenant.objects.all():
        try:
            with use(tenant):
                forget_old_records(now=timezone.now())
        except DatabaseError:  # one tenant's trouble is not the others'
            logger.exception("Old idempotency records of %s were not removed", tenant.slug)
