"""Delivering the webhooks that are due in the current tenant, endpoint by endpoint in turns.

They tell what happened, in order, so none is superseded by what happens later. As with messages, a worker claims by
a lease; killed between the call and writing it down, another worker calls again with the same webhook-id.
"""

import random
import time
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import orjson
import structlog
from django.db import transaction
from django.db.models import F, OuterRef, Subquery
from django.db.models.lookups import IsNull

from notifications.channels.webhooks.signing import signed_headers
from notifications.channels.webhooks.transport import Answer, EndpointSession
from notifications.models import WebhookAttempt, WebhookDelivery, WebhookEndpoint
from notifications.rules.messages import LEASE
from notifications.rules.webhooks import DeliveryState, Verdict, reason_for, retry_delay, verdict
from notifications.services.rest_endpoint import rest_endpoint, rest_if_slow, resting_endpoints, wake_endpoint
from notifications.services.switch_off_endpoint import switch_off_endpoint
from notifications.services.wake import keep_turn
from tenants.context import current_schema
from tenants.leases import claim, database_now, give_back
from tenants.locking import locked
from tenants.secrets import unseal
from tenants.telemetry import tracing, work
from tenants.telemetry.metrics import record

logger = structlog.get_logger(__name__)

# What one endpoint gets before it is the next one's turn.
BATCH = 10
SLICE_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class _Line:
    """An open line to an endpoint."""

    endpoint: WebhookEndpoint
    session: EndpointSession


def deliver_webhooks(*, deadline: float) -> int:
    """Deals with what is due, a slice of each endpoint after the other, until nothing is or `deadline`
    (time.monotonic()) has come; answers with how many. At least one is dealt with, however slow its endpoint."""
    done = 0
    with ExitStack() as sessions:
        lines: dict[UUID, _Line] = {}
        while waiting := _waiting_endpoints():
            before = done
            for endpoint_id in waiting:
                if done and time.monotonic() >= deadline:
                    return done
                # Before the claim: what is claimed and can't be called would wait for the end of its lease.
                line = lines.get(endpoint_id) or lines.setdefault(endpoint_id, _open(endpoint_id, sessions))
                if claimed := _claim(endpoint_id):
                    done += _serve(line, claimed, deadline=deadline)
            if done == before:
                break  # another worker was faster
    return done


def _waiting_endpoints() -> list[UUID]:
    """Those with something due that are not left alone; the one that waited longest for its turn is first."""
    due = WebhookDelivery.objects.due(database_now()).filter(endpoint_id=OuterRef("pk")).order_by("due_at")
    # As in `due`: one look-up for each endpoint.
    waiting = WebhookEndpoint.objects.filter(IsNull(Subquery(due.values("pk")[:1]), False))
    waiting = waiting.order_by(F("served_at").asc(nulls_first=True))
    found = list(waiting.values_list("pk", flat=True))
    resting = resting_endpoints() if found else {}
    return [endpoint_id for endpoint_id in found if endpoint_id not in resting]


def _claim(endpoint_id: UUID) -> list[int]:
    now = database_now()
    WebhookEndpoint.objects.filter(pk=endpoint_id).update(served_at=now)
    due = WebhookDelivery.objects.filter(endpoint_id=endpoint_id).due(now)
    return claim(due, limit=BATCH, lease=LEASE, now=now)


def _open(endpoint_id: UUID, sessions: ExitStack) -> _Line:
    endpoint = WebhookEndpoint.objects.get(pk=endpoint_id)
    session = sessions.enter_context(closing(EndpointSession(endpoint.url)))
    return _Line(endpoint, session)


def signing_secrets(endpoint: WebhookEndpoint, *, now: datetime) -> list[str]:
    """The endpoint's secret and, while they overlap, the one before."""
    overlaps = endpoint.previous_until is not None and now < endpoint.previous_until
    sealed = [endpoint.secret, *([endpoint.previous_secret] if overlaps else [])]
    return [unseal(secret) for secret in sealed if secret]


def _serve(line: _Line, claimed: list[int], *, deadline: float) -> int:
    """Delivers what was claimed of one endpoint, as far as its slice goes; answers how many."""
    until = min(time.monotonic() + SLICE_SECONDS, deadline)
    done = 0
    try:
        while claimed and (not done or time.monotonic() < until):
            keep_turn()
            done += 1
            if not deliver(claimed.pop(0), line):
                break
    finally:
        give_back(WebhookDelivery, claimed)
    return done


def deliver(delivery_id: int, line: _Line) -> bool:
    """Delivers one claimed delivery, or writes down why not. False where its endpoint is left alone for a while."""
    delivery = WebhookDelivery.objects.get(pk=delivery_id)
    facts = {
        "slotkeeper.schema": current_schema(),
        "slotkeeper.webhook": str(delivery.webhook_id),
        "slotkeeper.endpoint": str(delivery.endpoint_id),
        "slotkeeper.event": delivery.event_type,
        "slotkeeper.subject": f"{delivery.subject_kind}:{delivery.subject_id}",
        "slotkeeper.attempt": delivery.attempts,
        "slotkeeper.request_id": delivery.request_id,
    }
    with (
        work.also(request_id=delivery.request_id, webhook=str(delivery.webhook_id)),
        tracing.caused_span("deliver webhook", cause=delivery.traceparent, **facts),
    ):
        try:
            return _deliver(delivery, line, now=database_now())
        except Exception as error:  # one delivery's trouble must not stop the others
            logger.exception("webhook could not be delivered")
            unexpected = Answer(error=f"Unexpected: {type(error).__name__}. The log has the details.")
            _fail(delivery, unexpected, now=database_now())
            return True


def _deliver(delivery: WebhookDelivery, line: _Line, *, now: datetime) -> bool:
    if not WebhookEndpoint.objects.filter(pk=delivery.endpoint_id, is_active=True).exists():
        # Written by a transaction that had not seen it yet, or claimed just before.
        _finish(delivery, DeliveryState.CANCELLED, reason="The endpoint was switched off.")
        return False
    if delivery.expires_at <= now:
        reason = f"Given up: it could not be delivered in time. {delivery.reason}"
        _finish(delivery, DeliveryState.DEAD, reason=reason.strip())
        return True
    body = orjson.dumps(delivery.payload)
    secrets = signing_secrets(line.endpoint, now=now)
    headers = signed_headers(webhook_id=delivery.webhook_id, body=body, at=now, secrets=secrets)
    with tracing.span("POST webhook", kind="CLIENT"):
        answer = line.session.call(body=body, headers=headers)
    return _mark(delivery, answer, now=database_now())


@transaction.atomic
def _mark(delivery: WebhookDelivery, answer: Answer, *, now: datetime) -> bool:
    """Writes down what came of it. False where the endpoint is left alone for a while."""
    meaning = Verdict.BUSY if answer.status is None else verdict(answer.status)
    if meaning is Verdict.GONE:
        # Endpoints are locked before their deliveries, everywhere.
        locked(WebhookEndpoint.objects, delivery.endpoint_id, no_key=True)
    if meaning is Verdict.DELIVERED:
        mine = _finish(delivery, DeliveryState.DELIVERED, last_status=answer.status, delivered_at=now)
    elif meaning is Verdict.GONE:
        mine = _finish(delivery, DeliveryState.DEAD, reason=reason_for(answer.status or 0), last_status=answer.status)
    else:
        mine = _fail(delivery, answer, now=now)
    if not mine:
        return False  # the lease ended, and another worker has it now
    WebhookAttempt.objects.create(
        delivery=delivery,
        number=delivery.attempts,
        at=now,
        status=answer.status,
        milliseconds=answer.milliseconds,
        answer=answer.text,
        error=answer.error[:300],
    )
    if meaning is Verdict.GONE:
        switch_off_endpoint(endpoint=delivery.endpoint, why="It answered 410 Gone.", now=now)
        return False
    if meaning is Verdict.BUSY:
        rest_endpoint(delivery.endpoint_id, asked=answer.retry_after)
        return False
    if meaning is Verdict.DELIVERED:
        wake_endpoint(delivery.endpoint_id)
    return not rest_if_slow(delivery.endpoint_id, milliseconds=answer.milliseconds)


def _fail(delivery: WebhookDelivery, answer: Answer, *, now: datetime) -> bool:
    reason = answer.error if answer.status is None else reason_for(answer.status)
    jitter = random.random()  # noqa: S311 - spreads load, no secret
    due_at = now + retry_delay(attempts=delivery.attempts, jitter=jitter, asked=answer.retry_after)
    if due_at >= delivery.expires_at:
        reason = f"Given up after {delivery.attempts} attempts. {reason}"
        return _finish(delivery, DeliveryState.DEAD, reason=reason, last_status=answer.status)
    return _finish(delivery, DeliveryState.FAILED, reason=reason, last_status=answer.status, due_at=due_at)


def _finish(delivery: WebhookDelivery, state: DeliveryState, *, reason: str = "", **fields: object) -> bool:
    """Ends the lease, unless another worker has taken over meanwhile; whether it was ours to end."""
    mine = WebhookDelivery.objects.filter(pk=delivery.pk, state=DeliveryState.SENDING, attempts=delivery.attempts).end(
        state, reason=reason, **fields
    )
    # Neither the address nor the endpoint's words, which may hold anything. The admin shows them.
    logger.info("webhook", state=state.value, endpoint=str(delivery.endpoint_id), event_type=delivery.event_type)
    record(lambda metrics: metrics.messages.labels(delivery.event_type, "webhook", state.value).inc())
    return bool(mine)
