import redis
from celery import shared_task
from kombu.exceptions import OperationalError

from notifications.services import send_due as sending
from notifications.services.find_due_tenants import find_due_tenants
from notifications.services.wake import AWAKE_SECONDS, claim_turn, end_turn
from tenants.context import use
from tenants.resolution import UnknownTenantError, by_schema
from tenants.tasks import TenantTask
from tenants.telemetry.metrics import record


class BrokerGoneError(Exception):
    """No worker could be woken. The messages wait in Postgres, and the next sweep wakes one."""


@shared_task(name="notifications.sweep")
def sweep() -> None:
    """Wakes a worker for each tenant with something due. Any number of beats may call it."""
    due = find_due_tenants()
    record(lambda metrics: metrics.sweep.set_to_current_time())
    for schema in due:
        try:
            tenant = by_schema(schema)
        except UnknownTenantError:  # removed since
            continue
        with use(tenant):
            wake()


def wake() -> None:
    """Wakes a worker for the current tenant, unless one is awake. Raises BrokerGoneError."""
    try:
        if claim_turn():
            send_due.apply_async(expires=AWAKE_SECONDS)
    except (redis.RedisError, OperationalError) as error:
        end_turn()  # nobody was woken: the next sweep need not wait for the turn's own end
        raise BrokerGoneError from error


@shared_task(name="notifications.send_due", base=TenantTask)
def send_due() -> None:
    """Sends what is due in the task's tenant."""
    try:
        sending.send_due()
    finally:
        end_turn()
