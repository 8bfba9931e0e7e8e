from celery import shared_task

from notifications.services import send_due as sending
from notifications.services.find_due_tenants import find_due_tenants
from tenants.context import use
from tenants.resolution import by_schema
from tenants.tasks import TenantTask


@shared_task(name="notifications.sweep")
def sweep() -> None:
    """Wakes a worker for each tenant with something due. Any number of beats may call it."""
    for schema in find_due_tenants():
        with use(by_schema(schema)):
            send_due.apply_async(expires=30)


@shared_task(name="notifications.send_due", base=TenantTask)
def send_due() -> None:
    """Sends what is due in the task's tenant."""
    sending.send_due()
