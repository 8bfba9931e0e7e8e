"""Writing the outbox of webhooks, in the transaction of what they tell."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson
from django.db import connection

from notifications.rules import Event
from notifications.rules.webhooks import KEPT_TRYING, event_type
from notifications.subjects import Occasion
from tenants.ids import new_id
from tenants.telemetry import tracing, work


def plan_deliveries(*, event: Event, occasions: Sequence[Occasion], now: datetime) -> datetime | None:
    """Writes a delivery of each booking for each active endpoint that wants the event; answers when the first one is
    due. One statement.

    What is announced a second time is not told again.
    """
    if event.is_timed:
        return None
    name = event_type(event)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH written AS (
                INSERT INTO notifications_webhookdelivery
                    (endpoint_id, webhook_id, event_type, subject_kind, subject_id, schedule_version, payload, state,
                     reason, due_at, expires_at, attempts, created_at, request_id, traceparent)
                SELECT endpoint.id, booking.webhook, %(event)s::text, booking.kind, booking.id,
                    booking.version, booking.payload, 'planned', '',
                    -- By the clock of the workers, even where this machine's runs ahead.
                    least(%(now)s::timestamptz, statement_timestamp()),
                    statement_timestamp() + %(kept)s * interval '1 second', 0,
                    least(%(now)s::timestamptz, statement_timestamp()), %(request)s::text, %(trace)s::text
                FROM notifications_webhookendpoint endpoint
                JOIN json_to_recordset(%(bookings)s::json)
                    AS booking (webhook uuid, kind text, id uuid, version integer, brand uuid, payload jsonb)
                    ON endpoint.brand_id IS NULL OR endpoint.brand_id = booking.brand
                WHERE endpoint.is_active
                    AND (endpoint.event_types = '{}' OR %(event)s::text = ANY(endpoint.event_types))
                ON CONFLICT DO NOTHING
                RETURNING due_at
            )
            SELECT min(due_at) FROM written
            """,
            {
                "event": name,
                "now": now,
                "kept": KEPT_TRYING.total_seconds(),
                "request": work.request_id(),
                "trace": tracing.traceparent(),
                "bookings": orjson.dumps([_written(occasion, event=name, now=now) for occasion in occasions]).decode(),
            },
        )
        due_at: datetime | None = cursor.fetchone()[0]
    return due_at


def _written(occasion: Occasion, *, event: str, now: datetime) -> dict[str, Any]:
    return {
        "webhook": new_id(),
        "kind": occasion.kind,
        "id": occasion.id,
        "version": occasion.schedule_version,
        "brand": occasion.brand_id,
        "payload": payload(event=event, at=now, data=booking_data(occasion)),
    }


def payload(*, event: str, at: datetime, data: Mapping[str, Any]) -> dict[str, Any]:
    """The body of a webhook, as Standard Webhooks wants it."""
    return {"type": event, "timestamp": _instant(at), "data": dict(data)}


def booking_data(occasion: Occasion) -> dict[str, Any]:
    """A booking as of an event. Ids and times alone: who may know more asks the API for it."""
    return {
        "kind": occasion.kind,
        "id": str(occasion.id),
        "stage": occasion.stage.value,
        "schedule_version": occasion.schedule_version,
        "brand_id": str(occasion.brand_id),
        "service_id": _text(occasion.service_id),
        "client_id": str(occasion.client_id),
        "staff_ids": [str(staff_id) for staff_id in occasion.staff_ids],
        "starts_at": _instant(occasion.starts_at),
        "ends_at": _instant(occasion.ends_at),
    }


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _text(value: UUID | None) -> str | None:
    return None if value is None else str(value)
