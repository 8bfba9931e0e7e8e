"""Planning messages, in the transaction of what they are about."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import orjson
from django.db import connection
from django.db.models import BooleanField
from django.db.models.expressions import RawSQL

from notifications.models import Message
from notifications.models.rules import quiet_hours
from notifications.rules import Audience, Event, MessageState, Why
from notifications.rules.timing import Timing, timing
from notifications.subjects import NOBODY, Former, Occasion
from tenants.telemetry import tracing, work

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
# With the bookings' ids and their versions now.
_OF_EARLIER_VERSIONS = """
    EXISTS (
        SELECT FROM unnest(%s::uuid[], %s::integer[]) AS booking (id, version)
        WHERE booking.id = notifications_message.subject_id AND booking.version > notifications_message.schedule_version
    )
"""


@dataclass(frozen=True, slots=True)
class _Planned:
    """One message to be: a rule that applies to a booking, and whom it reaches."""

    occasion: Occasion
    rule_id: int
    rule_version: int
    event: Event
    channel: str
    recipient_id: UUID | None
    address: str
    timing: Timing


def plan_messages(*, event: Event, occasions: Sequence[Occasion], now: datetime) -> datetime | None:
    """Plans what the active rules say of `event` and of the bookings' times; answers when the first one is due.

    Drops what was planned of earlier versions of the bookings and not sent yet. What the same rules planned of this
    version is left alone. The bookings' rows must have been written before: whoever changes a rule waits for the
    transactions that have written (services/replan.py). Three statements, however many bookings there are.
    """
    supersede_messages(occasions=[each for each in occasions if each.schedule_version > 0], event=event)
    return _write(_planned([event, *_TIMED], occasions=occasions, now=now), now=now)


def plan_for_former(former: Former, *, occasion: Occasion, now: datetime) -> datetime | None:
    """Plans what the rules tell staff of a cancellation, for whom alone the booking is cancelled: who had it before.

    Answers when the first one is due. What becomes of the booking afterwards does not make it untrue.
    """
    theirs = replace(
        occasion, client_id=NOBODY, staff_ids=(former.staff_id,), starts_at=former.starts_at, ends_at=former.ends_at
    )
    planned = _planned([Event.CANCELLED], occasions=[theirs], now=now)
    return _write([row for row in planned if row.recipient_id is not None], now=now, former=former)


def plan_by_rule(*, rule_id: int, event: Event, occasion: Occasion, now: datetime) -> datetime | None:
    """As `plan_messages`, by one rule alone: anew where its messages about the booking are not sent yet. Of a timed
    rule nothing is planned whose time has passed; what waits since that time goes on waiting, if need be in another
    channel."""
    planned = _planned([event], occasions=[occasion], now=now, rule_id=rule_id)
    ahead = [row for row in planned if not row.timing.why]
    moved = [_due_since_then(row) for row in planned if row.timing.why and _waits_elsewhere(row)]
    return _write(ahead + moved, now=now)


def _waits_elsewhere(row: _Planned) -> bool:
    """What is due already, such as while a server is down, stays so where the changed rule wants it for that time.
    Whether that is to be by another channel than it waits for."""
    waiting = (
        Message.objects.about(row.occasion.kind, row.occasion.id)
        .unsent()
        .filter(
            rule_id=row.rule_id,
            rule_version__lt=row.rule_version,
            recipient_id=row.recipient_id,
            schedule_version=row.occasion.schedule_version,
            wanted_at=row.timing.wanted_at,
        )
    )
    here = waiting.filter(channel=row.channel)
    if here.update(rule_version=row.rule_version, address=row.address, expires_at=row.timing.expires_at):
        return False
    return waiting.exists()


def _due_since_then(row: _Planned) -> _Planned:
    return replace(row, timing=replace(row.timing, why=Why.NONE))


def supersede_messages(*, occasions: Sequence[Occasion], event: Event) -> None:
    """Drops what is planned about earlier versions of bookings."""
    if not occasions:
        return
    ids = [occasion.id for occasion in occasions]
    versions = [occasion.schedule_version for occasion in occasions]
    earlier = Message.objects.filter(
        RawSQL(_OF_EARLIER_VERSIONS, [ids, versions], BooleanField()),  # noqa: S611 - a constant
        subject_id__in=ids,
    )
    earlier.of_who_has_it().unsent().end(
        MessageState.SUPERSEDED, why=Why.CHANGED, reason=_CHANGES.get(event, "The booking was changed.")
    )


def _planned(
    events: Sequence[Event], *, occasions: Sequence[Occasion], now: datetime, rule_id: int | None = None
) -> list[_Planned]:
    """What the rules want, as they are committed now; of what is timed, what would be true."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT reader.number, rule.event, rule.id, rule.version, rule.channel, person.id, rule.address,
                rule.offset_minutes, rule.lateness_minutes, rule.quiet_from, rule.quiet_until,
                coalesce(person.timezone, (SELECT timezone FROM brands_brand WHERE id = reader.brand)),
                least(%(now)s::timestamptz, statement_timestamp())
            FROM json_to_recordset(%(readers)s::json)
                AS reader (number integer, kind text, brand uuid, service uuid, id uuid, audiences text[])
            JOIN notifications_rule rule ON rule.is_active AND rule.event = ANY(%(events)s::text[])
                AND (%(rule)s::bigint IS NULL OR rule.id = %(rule)s::bigint)
                AND (rule.brand_id IS NULL OR rule.brand_id = reader.brand)
                AND rule.subject_kind IN ('', reader.kind)
                AND (rule.service_ids = '{}' OR reader.service = ANY(rule.service_ids))
                AND rule.audience = ANY(reader.audiences)
            LEFT JOIN scheduling_person person ON person.id = reader.id AND person.erased_at IS NULL
            WHERE person.id IS NOT NULL OR rule.audience = 'address'
            """,
            {
                "readers": _as_json(_readers(occasions)),
                "events": [event.value for event in events],
                "rule": rule_id,
                "now": now,
            },
        )
        wanted = [(occasions[number], Event(event), rest) for number, event, *rest in cursor.fetchall()]
    return [
        _row(occasion, event, rest, now)
        for occasion, event, rest in wanted
        if not event.is_timed or occasion.stage.wants(event)
    ]


def _readers(occasions: Sequence[Occasion]) -> Iterator[dict[str, Any]]:
    """Who may be told of which booking, each person once and after them who is behind a fixed address."""
    for number, occasion in enumerate(occasions):
        booking = {
            "number": number,
            "kind": occasion.kind,
            "brand": occasion.brand_id,
            "service": occasion.service_id,
        }
        for person_id in {occasion.client_id, *occasion.staff_ids}:
            audiences = [Audience.BOTH]
            if person_id == occasion.client_id:
                audiences.append(Audience.CLIENT)
            if person_id in occasion.staff_ids:
                audiences.append(Audience.STAFF)
            yield {**booking, "id": person_id, "audiences": audiences}
        yield {**booking, "id": None, "audiences": [Audience.ADDRESS]}


def _row(occasion: Occasion, event: Event, row: Sequence[Any], now: datetime) -> _Planned:
    return _Planned(
        occasion=occasion,
        rule_id=row[0],
        rule_version=row[1],
        event=event,
        channel=row[2],
        recipient_id=row[3],
        address=row[4],
        timing=timing(
            event=event,
            offset_minutes=row[5],
            lateness_minutes=row[6],
            quiet=quiet_hours(row[7], row[8]),
            where=ZoneInfo(row[9]),
            starts_at=occasion.starts_at,
            ends_at=occasion.ends_at,
            # What is due at once is due by the clock of the workers, even where this machine's runs ahead.
            now=now if event.is_timed else row[10],
        ),
    )


def _write(planned: Sequence[_Planned], *, now: datetime, former: Former | None = None) -> datetime | None:
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
                -- As what is due at once: by the clock of the workers, even where this machine's runs ahead.
                least(%(now)s::timestamptz, statement_timestamp()), %(request)s::text, %(trace)s::text, 0, '', '[]',
                %(lost_start)s::timestamptz, %(lost_end)s::timestamptz
            FROM json_to_recordset(%(planned)s::json) AS planned (
                rule bigint, rule_version integer, event text, channel text, recipient uuid, address text,
                state text, why text, reason text, wanted_at timestamptz, due_at timestamptz, expires_at timestamptz,
                brand uuid, kind text, subject uuid, version integer
            )
            -- Not NOT EXISTS, which Postgres may turn into a join of all messages: one look-up for each row.
            WHERE (
                SELECT told.rule_id FROM notifications_message told
                WHERE told.subject_id = planned.subject AND told.rule_id = planned.rule
                    AND told.recipient_id IS NOT DISTINCT FROM planned.recipient
                    AND (
                        told.state IN ('sent', 'bounced')
                        AND (told.schedule_version = planned.version OR told.wanted_at = planned.wanted_at)
                        OR told.state = 'sending' AND told.schedule_version = planned.version
                    )
                LIMIT 1
            ) IS NULL
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
                "now": now,
                "lost_start": former.starts_at if former else None,
                "lost_end": former.ends_at if former else None,
                "request": work.request_id(),
                "trace": tracing.traceparent(),
                "planned": _as_json(_written(row) for row in planned),
            },
        )
    return min((row.timing.due_at for row in planned if not row.timing.why), default=None)


def _written(row: _Planned) -> dict[str, Any]:
    return {
        "rule": row.rule_id,
        "rule_version": row.rule_version,
        "event": row.event,
        "channel": row.channel,
        "recipient": row.recipient_id,
        "address": row.address,
        "state": MessageState.EXPIRED if row.timing.why else MessageState.PLANNED,
        "why": row.timing.why,
        "reason": _REASONS[row.timing.why],
        "wanted_at": row.timing.wanted_at,
        "due_at": row.timing.due_at,
        "expires_at": row.timing.expires_at,
        "brand": row.occasion.brand_id,
        "kind": row.occasion.kind,
        "subject": row.occasion.id,
        "version": row.occasion.schedule_version,
    }


def _as_json(rows: Iterable[Mapping[str, Any]]) -> str:
    """Rows for Postgres, which reads them with json_to_recordset: as many as there are in one parameter."""
    return orjson.dumps(list(rows)).decode()
