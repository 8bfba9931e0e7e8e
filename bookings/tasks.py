"""Who wakes whom, for the lines of those who wait for places (docs/adr/0027)."""

from celery import shared_task

from bookings.services.pass_on_offers import pass_on_offers as pass_on_offers_here
from bookings.services.pass_on_offers import tenants_with_due_lines
from tenants.tasks import TenantTask, wake_in


@shared_task(name="bookings.sweep_lines")
def sweep_lines() -> None:
    """Wakes a worker for each tenant with a line that is due. Any number of beats may call it."""
    wake_in(tenants_with_due_lines(), pass_on_offers, expires=30)


@shared_task(name="bookings.pass_on_offers", base=TenantTask)
def pass_on_offers() -> None:
    """Passes on what is due in the task's tenant."""
    pass_on_offers_here()
