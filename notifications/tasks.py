"""Who wakes whom. Beat calls `sweep` and `rotate`; they and each turn itself call `work` in a tenant."""

import time
from contextlib import suppress
from datetime import UTC, datetime
from uuid import UUID

from celery import shared_task
from django.db import transaction
from kombu.exceptions import OperationalError

from notifications.services.deliver_webhooks import deliver_webhooks
from notifications.services.forget_deliveries import forget_deliveries as forget_deliveries_here
from notifications.services.hints import due_hints, hint, hint_all, take_hint
from notifications.services.next_due import next_due_here, next_due_of_all
from notifications.services.replan import replan_rules
from notifications.services.send_due import send_due
from notifications.services.try_channel import run_test
from notifications.services.wake import QUEUED_SECONDS, claim_turn, end_turn, keep_turn
from tenants.context import current_schema, use
from tenants.leases import database_now
from tenants.resolution import UnknownTenantError, by_schema
from tenants.rounds import in_each_tenant
from tenants.tasks import TenantTask
from tenants.telemetry.metrics import record
from tenants.valkey import ValkeyGoneError

# A tenant's turn. What is left then waits behind the other tenants' turns: with n of them at work somebody's single
# message waits for n turns, divided by the workers' slots.
TURN_SECONDS = 0.5
# Tenants that one sweep wakes; the rest is left to the next one.
WOKEN_AT_ONCE = 1000
# A test of a channel that waited longer is not made: whoever asked has been told that nobody answered.
TEST_SECONDS = 60


class BrokerGoneError(Exception):
    """No worker could be woken. The messages wait in Postgres, and the next sweep wakes one."""


@shared_task(name="notifications.sweep")
def sweep() -> None:
    """Wakes a worker for each tenant that is said to have something due. Any number of beats may call it."""
    try:
        due = due_hints(now=database_now(), limit=WOKEN_AT_ONCE)
        record(lambda metrics: metrics.sweep.set_to_current_time())
        for schema, since in due.items():
            # One after the other: where the broker goes in between, the hints of the rest are still there.
            if take_hint(schema):
                _wake_in(schema, since)
    except ValkeyGoneError:
        return  # and the broker with it: the next sweep comes when it is back


def _wake_in(schema: str, since: datetime) -> None:
    try:
        tenant = by_schema(schema)
        with use(tenant):
            wake()
    except UnknownTenantError:  # removed since
        return
    except Exception:
        hint(schema, since)
        raise


@shared_task(name="notifications.rotate")
def rotate() -> None:
    """Looks into all tenants and gives the sweep the hints that it lost, or never got."""
    hint_all(next_due_of_all())


def wake() -> None:
    """Wakes a worker for the current tenant, unless one is awake. Raises BrokerGoneError."""
    try:
        if claim_turn():
            work.apply_async(expires=QUEUED_SECONDS)
    except (ValkeyGoneError, OperationalError) as error:
        end_turn()  # nobody was woken: the next sweep need not wait for the turn's own end
        raise BrokerGoneError from error


@shared_task(name="notifications.work", base=TenantTask)
def work() -> None:
    """One turn at the task's tenant: plans anew what changed rules say, sends what is due, says when to come back."""
    begun, done = time.monotonic(), 0
    deadline = begun + TURN_SECONDS
    keep_turn()
    try:
        replan_rules(deadline=begun + TURN_SECONDS / 2, now=database_now())
        # Webhooks have half of the turn, messages the rest, and webhooks what those leave of it.
        try:
            delivered = deliver_webhooks(deadline=begun + TURN_SECONDS / 2)
        finally:  # the webhooks' trouble is not the messages'
            sent = send_due(deadline=deadline)
        done = delivered + sent
        if delivered and time.monotonic() < deadline:
            deliver_webhooks(deadline=deadline)
    finally:
        end_turn()
        # Only now: what was planned meanwhile found this turn taken, and is seen here.
        due_at = next_due_here()
        if due_at is not None:
            _come_back(due_at, at_once=done > 0)


def _come_back(due_at: datetime, *, at_once: bool) -> None:
    """When there is something due; where it is due already, with the next sweep, or `at_once` behind the other
    tenants' turns. Not at once where this turn found nothing that it could do: what is due waits for something then,
    such as the end of a lease, and turns of nothing would follow each other."""
    if at_once and due_at <= database_now():
        with suppress(BrokerGoneError):
            wake()
            return
    hint(current_schema(), due_at)


@shared_task(name="notifications.test_channel", base=TenantTask)
def test_channel(account_id: str) -> None:
    """Sends the test message that somebody asked for."""
    run_test(account_id=UUID(account_id), now=datetime.now(tz=UTC))


@shared_task(name="notifications.forget_deliveries")
def forget_deliveries() -> None:
    """Forgets the webhook deliveries of all tenants that ended long ago."""
    in_each_tenant(lambda: forget_deliveries_here(now=database_now()), what="Forgetting webhook deliveries")


def wake_for_test(account_id: UUID) -> None:
    """Wakes a worker for a test of a channel, when the caller's transaction is committed. Where none can be woken the
    test stays unanswered, and whoever asked sees that."""

    def send() -> None:
        with suppress(OperationalError):
            test_channel.apply_async(args=[str(account_id)], expires=TEST_SECONDS)

    transaction.on_commit(send)
