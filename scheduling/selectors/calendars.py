"""What is taken and closed, of all resources of a question at once."""

from array import array
from collections.abc import Collection, Sequence
from datetime import timedelta
from operator import le
from typing import Any
from uuid import UUID

from django.db import connection

from scheduling.rules.availability import Calendar
from scheduling.rules.ledger import Subject
from scheduling.rules.minutes import Frame, span, spans

# What a resource has taken in a frame, as pairs of four-byte numbers: from which minute on, up to which. Rounded
# outwards, so that a minute that is taken in part is taken. Exclusive rows of a resource don't overlap, so only one
# can have begun before the frame; together they say nearly all (docs/adr/0004), but for a hold that has expired.
_TAKEN = """
    SELECT string_agg(
        int4send(greatest(0, floor(date_part('epoch', starts - %(start)s) / 60))::int)
        || int4send(least(%(count)s, ceil(date_part('epoch', ends - %(start)s) / 60))::int), ''
    )
    FROM (
        SELECT lower(during) AS starts, upper(during) AS ends, subject_kind, subject_id, expires_at
        FROM scheduling_reservation
        WHERE resource_id = resource.id AND exclusive AND active
            AND lower(during) >= %(start)s AND lower(during) < %(end)s
        UNION ALL
        (
            SELECT lower(during), upper(during), subject_kind, subject_id, expires_at
            FROM scheduling_reservation
            WHERE resource_id = resource.id AND exclusive AND active AND lower(during) < %(start)s
            ORDER BY lower(during) DESC LIMIT 1
        )
        UNION ALL
        SELECT lower(during), upper(during), subject_kind, subject_id, expires_at
        FROM scheduling_reservation
        WHERE resource_id = resource.id AND NOT exclusive AND active AND during && tstzrange(%(start)s, %(end)s, '[)')
    ) AS row
    WHERE ends > %(start)s AND (expires_at IS NULL OR expires_at > statement_timestamp())
        AND (subject_id, subject_kind) IS DISTINCT FROM (%(but_id)s::uuid, %(but_kind)s::text)
"""


def calendars(
    *, resource_ids: Collection[int], brand_id: UUID, frame: Frame, but: Subject | None = None
) -> dict[int, Calendar]:
    """The closed days and the taken minutes of resources; the time of `but`, which is to be moved, is free.

    Closed is what the tenant, the brand or the resource's location closes. One statement, however many resources.
    """
    period = frame.period
    margin = timedelta(days=1)  # for the zones in which closures are meant
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT id, ARRAY(
                SELECT daterange(starts_on, ends_on, '[]') FROM scheduling_closure
                WHERE CASE WHEN location_id IS NULL THEN brand_id IS NULL OR brand_id = %(brand)s
                        ELSE location_id = resource.location_id END
                    AND ends_on >= %(first)s AND starts_on <= %(last)s
            ), ({_TAKEN})
            FROM scheduling_resource AS resource WHERE id = ANY(%(resources)s)
            """,
            {
                "resources": sorted(resource_ids),
                "brand": brand_id,
                "start": period.start,
                "end": period.end,
                "count": frame.count,
                "first": (period.start - margin).date(),
                "last": (period.end + margin).date(),
                "but_kind": but.kind if but else None,
                "but_id": but.id if but else None,
            },
        )
        return {row[0]: _calendar(row, frame) for row in cursor.fetchall()}


def _calendar(row: Sequence[Any], frame: Frame) -> Calendar:
    _id, closed, packed = row
    return Calendar(
        closed=[(days.lower, days.upper - timedelta(days=1)) for days in closed],
        taken=_taken(packed, frame) if packed else 0,
    )


def _taken(packed: bytes, frame: Frame) -> int:
    numbers = array("i", packed)
    numbers.byteswap()
    starts, ends = numbers[::2], numbers[1::2]
    if all(map(le, ends, starts[1:])):
        return spans(starts, ends, count=frame.count)
    # Overbooked time lies beside its holder's, and two that meet within a minute share it.
    taken = 0
    for start, end in zip(starts, ends, strict=True):
        taken |= span(start, end)
    return taken
