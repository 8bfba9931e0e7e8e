from celery import shared_task
from django.utils import timezone

from accounts.services.forget_expired import forget_expired as forget_expired_here
from accounts.services.send_account_mails import send_account_mails
from tenants.context import use_public
from tenants.due import tenants_with
from tenants.rounds import in_each_tenant
from tenants.tasks import TenantTask, wake_in


@shared_task(name="accounts.sweep_mails")
def sweep_mails() -> None:
    """Wakes a worker for each tenant with a mail about signing in that is due. Any number of beats may call it."""
    due = "state IN ('planned', 'sending') AND due_at <= now() AND (state <> 'sending' OR lease_until < now())"
    wake_in(tenants_with(table="access_accountmail", due=due), send_mails, expires=10)


@shared_task(name="accounts.send_mails", base=TenantTask)
def send_mails() -> None:
    """Sends what is due in the task's tenant."""
    send_account_mails()


@shared_task(name="accounts.forget_expired")
def forget_expired() -> None:
    """Removes ended sessions, codes and tokens of the operators and of all tenants, suspended ones too."""
    with use_public():
        forget_expired_here(now=timezone.now())
    in_each_tenant(lambda: forget_expired_here(now=timezone.now()), what="Removing what is expired")
