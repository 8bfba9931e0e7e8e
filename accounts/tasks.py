import logging
import time
from typing import Final

from celery import shared_task
from django.db import DatabaseError
from django.utils import timezone
from kombu.exceptions import OperationalError

from accounts.services.forget_expired import forget_expired as forget_expired_here
from accounts.services.send_account_mails import send_account_mails
from tenants.context import use, use_public
from tenants.due import tenants_with
from tenants.models import Tenant
from tenants.resolution import UnknownTenantError, by_schema
from tenants.tasks import TenantTask

logger = logging.getLogger(__name__)

# No tenant is begun after this many seconds: the task must end before its time limit.
_BUDGET_SECONDS: Final = 30.0


@shared_task(name="accounts.sweep_mails")
def sweep_mails() -> None:
    """Wakes a worker for each tenant with a mail about signing in that is due. Any number of beats may call it."""
    due = "state IN ('planned', 'sending') AND due_at <= now() AND (state <> 'sending' OR lease_until < now())"
    for schema in tenants_with(table="access_accountmail", due=due):
        try:
            tenant = by_schema(schema)
        except UnknownTenantError:  # removed since
            continue
        with use(tenant):
            try:
                send_mails.apply_async(expires=10)
            except OperationalError:  # the next sweep wakes one
                return


@shared_task(name="accounts.send_mails", base=TenantTask)
def send_mails() -> None:
    """Sends what is due in the task's tenant."""
    send_account_mails()


@shared_task(name="accounts.forget_expired")
def forget_expired() -> None:
    """Removes ended sessions, codes and tokens of the operators and of all tenants, suspended ones too.

    In any order: where the time is not enough for all, the next hours reach the others.
    """
    deadline = time.monotonic() + _BUDGET_SECONDS
    with use_public():
        forget_expired_here(now=timezone.now())
        tenants = list(Tenant.objects.order_by("?"))
    for done, tenant in enumerate(tenants):
        if time.monotonic() > deadline:
            logger.warning("What is expired was removed in %s of %s tenants", done, len(tenants))
            return
        try:
            with use(tenant):
                forget_expired_here(now=timezone.now())
        except DatabaseError:  # one tenant's trouble is not the others'
            logger.exception("What is expired in %s was not removed", tenant.slug)
