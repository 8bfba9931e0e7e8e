from celery import shared_task

from scheduling.services.hold_time import forget_expired_holds
from tenants.rounds import in_each_tenant


@shared_task(name="scheduling.forget_holds")
def forget_holds() -> None:
    """Removes the holds of all tenants that have expired. They hold nothing since: this only tidies up."""
    in_each_tenant(forget_expired_holds, what="Removing expired holds")
