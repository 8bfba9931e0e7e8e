"""What is taken and closed, of all resources of a question at once."""

from array import array
from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import connection

from scheduling.rules.availability import Calendar
from scheduling.rules.ledger import Subject
from scheduling.rules.minutes import Frame, spans

# The rows' time as pairs of four-byte numbers: the minutes of a frame from which on and up to which. Rounded outwards,
# so that a minute that is taken in part is taken. Both in one number of eight bytes: half the work for each row.
_PACKED = """string_agg(int8send(
    (greatest(0, floor(date_part('epoch', lower(during)) / 60)::bigint - %(first)s) << 32)
    | least(%(count)s, ceil(date_part('epoch', upper(during)) / 60)::bigint - %(first)s)
), '')"""

# What a resource has taken. Exclusive rows of a resource don't overlap, so only the last that began before the frame
# may reach into it; with those in it they say nearly all (docs/adr/0004), but for a hold that has expired.
_TAKEN = f"""
    SELECT {_PACKED} FROM scheduling_reservation
    WHERE resource_id = resource.id AND exclusive AND active AND {{counts}}
        AND lower(during) < %(end)s AND lower(during) >= coalesce((
            SELECT lower(during) FROM (
                SELECT during FROM scheduling_reservation
                WHERE resource_id = resource.id AND exclusive AND active AND lower(during) < %(start)s
                ORDER BY lower(during) DESC LIMIT 1
            ) AS before WHERE upper(during) > %(start)s
        ), %(start)s)
"""
_OVERBOOKED = f"""
    SELECT {_PACKED} FROM scheduling_reservation
    WHERE resource_id = resource.id AND NOT exclusive AND active AND {{counts}}
        AND during && tstzrange(%(start)s, %(end)s, '[)')
"""
_COUNTS = "(expires_at IS NULL OR expires_at > statement_timestamp())"
_IS_ANOTHER = "(subject_id, subject_kind) <> (%(but_id)s::uuid, %(but_kind)s::text)"


def calendars(
    *, resource_ids: Collection[int], brand_id: UUID, frame: Frame, but: Subject | None = None
) -> dict[int, Calendar]:
    """The closed days and the taken minutes of resources; the time of `but`, which is to be moved, is free.

    Closed is what the tenant, the brand or the resource's location closes. One statement, however many resources.
    """
    period = frame.period
    counts = f"{_COUNTS} AND {_IS_ANOTHER}" if but else _COUNTS
    margin = timedelta(days=1)  # for the zones in which closures are meant
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT id, ARRAY(
                SELECT daterange(starts_on, ends_on, '[]') FROM scheduling_closure
                WHERE CASE WHEN location_id IS NULL THEN brand_id IS NULL OR brand_id = %(brand)s
                        ELSE location_id = resource.location_id END
                    AND ends_on >= %(first_day)s AND starts_on <= %(last_day)s
            ), ({_TAKEN.format(counts=counts)}), ({_OVERBOOKED.format(counts=counts)})
            FROM scheduling_resource AS resource WHERE id = ANY(%(resources)s)
            """,
            {
                "resources": sorted(resource_ids),
                "brand": brand_id,
                "start": period.start,
                "end": period.end,
                "first": frame.first,
                "count": frame.count,
                "first_day": (period.start - margin).date(),
                "last_day": (period.end + margin).date(),
                **({"but_kind": but.kind, "but_id": but.id} if but else {}),
            },
        )
        return {row[0]: _calendar(row, frame) for row in cursor.fetchall()}


def _calendar(row: Sequence[Any], frame: Frame) -> Calendar:
    _id, closed, taken, overbooked = row
    return Calendar(
        closed=[(days.lower, days.upper - timedelta(days=1)) for days in closed],
        taken=_taken((taken or b"") + (overbooked or b""), frame),
    )


def _taken(packed: bytes, frame: Frame) -> int:
    numbers = array("i", packed)
    numbers.byteswap()
    return spans(numbers[::2], numbers[1::2], count=frame.count)
