"""Planning messages, in the transaction of what they are about."""

from datetime import datetime
from uuid import UUID

from django.db import connection

from notifications.models import Message
from notifications.rules import MessageState
from tenants.telemetry import tracing, work


def plan_messages(
    *,
    event: str,
    subject_kind: str,
    subject_id: UUID,
    schedule_version: int,
    client_person_id: UUID,
    brand_id: UUID,
    now: datetime,
) -> None:
    """Plans what the active rules say of `event`, due at once; what the same rules planned is left alone."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO notifications_message
                (id, rule_id, event, channel, brand_id, recipient_id, subject_kind, subject_id, schedule_version,
                 state, reason, due_at, expires_at, attempts, created_at, request_id, traceparent)
            SELECT gen_random_uuid(), id, event, channel, %s, %s, %s, %s, %s,
                   'planned', '', %s, %s + lateness_minutes * interval '1 minute', 0, %s, %s, %s
            FROM notifications_rule
            WHERE is_active AND event = %s AND audience = 'client' AND (brand_id IS NULL OR brand_id = %s)
            ON CONFLICT DO NOTHING
            """,
            [
                brand_id,
                client_person_id,
                subject_kind,
                subject_id,
                schedule_version,
                now,
                now,
                now,
                work.request_id(),
                tracing.traceparent(),
                event,
                brand_id,
            ],
        )


def supersede_messages(*, subject_kind: str, subject_id: UUID, reason: str) -> None:
    """Drops what is planned about a thing and no longer true."""
    Message.objects.about(subject_kind, subject_id).filter(
        state__in=[MessageState.PLANNED, MessageState.FAILED]
    ).update(state=MessageState.SUPERSEDED, reason=reason)
