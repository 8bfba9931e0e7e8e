import time
from contextlib import suppress
from uuid import UUID

from celery import shared_task
from django.db import transaction
from kombu.exceptions import OperationalError

from scheduling.services.continue_erasures import continue_erasure, continue_erasures
from scheduling.services.hold_time import forget_expired_holds
from tenants.due import tenants_with
from tenants.rounds import in_each_tenant
from tenants.tasks import TenantTask, wake_in

# A turn ends well before the time limit of a task; the next sweep goes on.
TURN_SECONDS = 20.0


@shared_task(name="scheduling.forget_holds")
def forget_holds() -> None:
    """Removes the holds of all tenants that have expired. They hold nothing since: this only tidies up."""
    in_each_tenant(forget_expired_holds, what="Removing expired holds")


@shared_task(name="scheduling.sweep_erasures")
def sweep_erasures() -> None:
    """Wakes a worker for each tenant with an unfinished erasure that is due. Any number of beats may call it."""
    due = tenants_with(table="scheduling_erasure", due="finished_at IS NULL AND due_at <= now()")
    wake_in(due, go_on_erasing, expires=10)


@shared_task(name="scheduling.go_on_erasing", base=TenantTask)
def go_on_erasing() -> None:
    """Goes on with all erasures of the task's tenant that are due."""
    continue_erasures(deadline=time.monotonic() + TURN_SECONDS)


@shared_task(name="scheduling.erase_the_rest", base=TenantTask)
def erase_the_rest(erasure_id: str) -> None:
    """Begins with the background part of an erasure."""
    continue_erasure(erasure_id=UUID(erasure_id), deadline=time.monotonic() + TURN_SECONDS)


def wake_for_erasure(erasure_id: UUID) -> None:
    """Wakes a worker for the rest, when the caller's transaction is committed. Where none can be woken the sweep
    finds it."""

    def send() -> None:
        with suppress(OperationalError):
            erase_the_rest.apply_async(args=[str(erasure_id)], expires=60)

    transaction.on_commit(send)
