"""Planning messages, in the transaction of what they are about."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection

from notifications.models import Message
from notifications.models.rules import quiet_hours
from notifications.rules import Event, MessageState, Why
from notifications.rules.timing import Timing, timing
from notifications.subjects import Former, Occasion
from tenants.telemetry import tracing, work

# Whoever is asked for has another id.
_NOBODY = UUID(int=0)
_TIMED = [event for event in Event if event.is_timed]
_CHANGES = {
    Event.CANCELLED: "The booking was cancelled.",
    Event.RESCHEDULED: "The booking was moved.",
    Event.COMPLETED: "The booking took place.",
    Event.NO_SHOW: "The client did not come.",
}
_REASONS = {
    Why.NONE: "",
    Why.TIME_PASSED: "Its time had already passed when it was planned.",
    Why.QUIET_HOURS: "Its reader's quiet hours left no time for it.",
}


@dataclass(frozen=True, slots=True)
class _Planned:
    """One message to be: a rule that applies, and whom it reaches."""

    rule_id: int
    rule_version: int
    event: Event
    channel: str
    recipient_id: UUID | None
    address: str
    timing: Timing


def plan_messages(*, event: Event, occasion: Occasion, now: datetime) -> datetime | None:
    """Plans what the active rules say of `event` and of the booking's time; answers when the first one is due.

    Drops what was planned of earlier versions of the booking and not sent yet. What the same rules planned of this
    version is left alone. The booking's row must have been written before: whoever changes a rule waits for the
    transactions that have written (services/replan.py).
    """
    if occasion.schedule_version > 0:
        supersede_messages(occasion=occasion, event=event)
    timed = [kind for kind in _TIMED if occasion.stage.wants(kind)]
    return _write(_planned([event, *timed], occasion=occasion, now=now), occasion=occasion, now=now)


def plan_for_former(former: Former, *, occasion: Occasion, now: datetime) -> datetime | None:
    """Plans what the rules tell staff of a cancellation, for whom alone the booking is cancelled: who had it before.

    Answers when the first one is due. What becomes of the booking afterwards does not make it untrue.
    """
    theirs = replace(
        occasion, client_id=_NOBODY, staff_ids=(former.staff_id,), starts_at=former.starts_at, ends_at=former.ends_at
    )
    planned = [row for row in _planned([Event.CANCELLED], occasion=theirs, now=now) if row.recipient_id is not None]
    return _write(planned, occasion=occasion, now=now, former=former)


def plan_by_rule(*, rule_id: int, event: Event, occasion: Occasion, now: datetime) -> datetime | None:
    """As `plan_messages`, by one rule alone: anew where its messages about the booking are not sent yet. Of a timed
    rule nothing is planned whose time has passed; what waits since that time goes on waiting, if need be in another
    channel."""
    if event.is_timed and not occasion.stage.wants(event):
        return None
    planned = _planned([event], occasion=occasion, now=now, rule_id=rule_id)
    ahead = [row for row in planned if not row.timing.why]
    moved = [_due_since_then(row) for row in planned if row.timing.why and _waits_elsewhere(row, occasion=occasion)]
    return _write(ahead + moved, occasion=occasion, now=now)


def _waits_elsewhere(row: _Planned, *, occasion: Occasion) -> bool:
    """What is due already, such as while a server is down, stays so where the changed rule wants it for that time.
    Whether that is to be by another channel than it waits for."""
    waiting = (
        Message.objects.about(occasion.kind, occasion.id)
        .unsent()
        .filter(
            rule_id=row.rule_id,
            rule_version__lt=row.rule_version,
            recipient_id=row.recipient_id,
            schedule_version=occasion.schedule_version,
            wanted_at=row.timing.wanted_at,
        )
    )
    here = waiting.filter(channel=row.channel)
    if here.update(rule_version=row.rule_version, address=row.address, expires_at=row.timing.expires_at):
        return False
    return waiting.exists()


def _due_since_then(row: _Planned) -> _Planned:
    return replace(row, timing=replace(row.timing, why=Why.NONE))


def supersede_messages(*, occasion: Occasion, event: Event) -> None:
    """Drops what is planned about earlier versions of a booking."""
    about = Message.objects.about(occasion.kind, occasion.id).of_who_has_it()
    earlier = about.filter(schedule_version__lt=occasion.schedule_version)
    earlier.unsent().end(
        MessageState.SUPERSEDED, why=Why.CHANGED, reason=_CHANGES.get(event, "The booking was changed.")
    )


def _planned(
    events: Sequence[Event], *, occasion: Occasion, now: datetime, rule_id: int | None = None
) -> list[_Planned]:
    """What the rules want, as they are committed now."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT rule.id, rule.version, rule.event, rule.channel, person.id, rule.address,
                rule.offset_minutes, rule.lateness_minutes, rule.quiet_from, rule.quiet_until,
                coalesce(person.timezone, (SELECT timezone FROM brands_brand WHERE id = %(brand)s::uuid)),
                least(%(now)s::timestamptz, statement_timestamp())
            FROM notifications_rule rule
            LEFT JOIN scheduling_person person
                ON rule.audience IN ('client', 'both') AND person.id = %(client)s::uuid
                OR rule.audience IN ('staff', 'both') AND person.id = ANY(%(staff)s::uuid[])
            WHERE rule.is_active AND rule.event = ANY(%(events)s::text[])
                AND (%(rule)s::bigint IS NULL OR rule.id = %(rule)s::bigint)
                AND (rule.brand_id IS NULL OR rule.brand_id = %(brand)s::uuid)
                AND rule.subject_kind IN ('', %(kind)s::text)
                AND (rule.service_ids = '{}' OR %(service)s::uuid = ANY(rule.service_ids))
                AND (person.id IS NOT NULL OR rule.audience = 'address')
            """,
            {
                "brand": occasion.brand_id,
                "client": occasion.client_id,
                "staff": list(occasion.staff_ids),
                "service": occasion.service_id,
                "kind": occasion.kind,
                "events": [event.value for event in events],
                "rule": rule_id,
                "now": now,
            },
        )
        return [_row(row, occasion, now) for row in cursor.fetchall()]


def _row(row: Sequence[Any], occasion: Occasion, now: datetime) -> _Planned:
    event = Event(row[2])
    return _Planned(
        rule_id=row[0],
        rule_version=row[1],
        event=event,
        channel=row[3],
        recipient_id=row[4],
        address=row[5],
        timing=timing(
            event=event,
            offset_minutes=row[6],
            lateness_minutes=row[7],
            quiet=quiet_hours(row[8], row[9]),
            where=ZoneInfo(row[10]),
            starts_at=occasion.starts_at,
            ends_at=occasion.ends_at,
            # What is due at once is due by the clock of the workers, even where this machine's runs ahead.
            now=now if event.is_timed else row[11],
        ),
    )


def _write(
    planned: Sequence[_Planned], *, occasion: Occasion, now: datetime, former: Former | None = None
) -> datetime | None:
    """Inserts what is not there; what is, unsent and by an earlier version of its rule, is planned anew.

    Whoever has been told by a rule about this version of the booking, or for the same time, isn't told again; nor
    is who is just being told. Where that fails, `send_due` plans it anew.
    """
    if not planned:
        return None
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO notifications_message AS message
                (id, rule_id, rule_version, event, channel, recipient_id, address, state, why, reason,
                 wanted_at, due_at, expires_at,
                 brand_id, subject_kind, subject_id, schedule_version, created_at, request_id, traceparent,
                 attempts, provider_id, history, lost_starts_at, lost_ends_at)
            SELECT gen_random_uuid(), planned.*,
                %(brand)s::uuid, %(kind)s::text, %(subject)s::uuid, %(version)s::integer,
                -- As what is due at once: by the clock of the workers, even where this machine's runs ahead.
                least(%(now)s::timestamptz, statement_timestamp()), %(request)s::text, %(trace)s::text, 0, '', '[]',
                %(lost_start)s::timestamptz, %(lost_end)s::timestamptz
            FROM unnest(
                %(rules)s::bigint[], %(rule_versions)s::integer[], %(events)s::text[], %(channels)s::text[],
                %(recipients)s::uuid[], %(addresses)s::text[], %(states)s::text[], %(whys)s::text[],
                %(reasons)s::text[], %(wanted)s::timestamptz[], %(due)s::timestamptz[], %(expires)s::timestamptz[]
            ) AS planned (rule, rule_version, event, channel, recipient, address, state, why, reason,
                          wanted_at, due_at, expires_at)
            WHERE NOT EXISTS (
                SELECT FROM notifications_message told
                WHERE told.subject_id = %(subject)s::uuid AND told.rule_id = planned.rule
                    AND told.recipient_id IS NOT DISTINCT FROM planned.recipient
                    AND (
                        told.state IN ('sent', 'bounced')
                        AND (told.schedule_version = %(version)s::integer OR told.wanted_at = planned.wanted_at)
                        OR told.state = 'sending' AND told.schedule_version = %(version)s::integer
                    )
            )
            ON CONFLICT (rule_id, subject_id, recipient_id, channel, schedule_version) DO UPDATE
                SET rule_version = excluded.rule_version, address = excluded.address, state = excluded.state,
                    state_since = statement_timestamp(),
                    why = excluded.why, reason = excluded.reason, wanted_at = excluded.wanted_at,
                    due_at = excluded.due_at, expires_at = excluded.expires_at,
                    history = message.history || jsonb_build_object(
                        'at', %(now)s::timestamptz, 'state', 'planned', 'why', 'rule_changed',
                        'reason', 'Planned anew: the rule was changed.')
                WHERE message.rule_version < excluded.rule_version AND (
                    message.state IN ('planned', 'failed', 'cancelled')
                    -- Too late for what the rule said then; by what it says now there is time.
                    OR message.state = 'expired' AND message.event IN ('before_start', 'after_end')
                )
            """,
            {
                "brand": occasion.brand_id,
                "kind": occasion.kind,
                "subject": occasion.id,
                "version": occasion.schedule_version,
                "now": now,
                "lost_start": former.starts_at if former else None,
                "lost_end": former.ends_at if former else None,
                "request": work.request_id(),
                "trace": tracing.traceparent(),
                "rules": [row.rule_id for row in planned],
                "rule_versions": [row.rule_version for row in planned],
                "events": [row.event.value for row in planned],
                "channels": [row.channel for row in planned],
                "recipients": [row.recipient_id for row in planned],
                "addresses": [row.address for row in planned],
                "states": [MessageState.EXPIRED if row.timing.why else MessageState.PLANNED for row in planned],
                "whys": [row.timing.why.value for row in planned],
                "reasons": [_REASONS[row.timing.why] for row in planned],
                "wanted": [row.timing.wanted_at for row in planned],
                "due": [row.timing.due_at for row in planned],
                "expires": [row.timing.expires_at for row in planned],
            },
        )
    return min((row.timing.due_at for row in planned if not row.timing.why), default=None)
