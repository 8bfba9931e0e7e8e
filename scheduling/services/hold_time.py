"""Keeping time for somebody while they fill in a form."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import orjson
from django.db import connection, transaction

from scheduling.models import Hold
from scheduling.offers import StaffOffer
from scheduling.rules.ledger import Subject
from scheduling.services.ledger import release
from scheduling.services.take_offered_time import take_offered_time
from tenants.errors import DomainError, Kind
from tenants.ids import new_id

LONGEST: Final = timedelta(minutes=10)
# How much one holder keeps at a time: a person for themselves, an application for all its visitors.
PLACES_OF_A_PERSON: Final = 3
PLACES_OF_AN_APPLICATION: Final = 100


class TooManyHoldsError(DomainError):
    code = "too_many_holds"
    kind = Kind.CONFLICT
    message = "{places} holds are kept for this holder already. Release one, or book it."


@transaction.atomic
def hold_time(
    *,
    offers: Sequence[StaffOffer],
    brand_id: UUID,
    start: datetime,
    holder: str,
    places: int,
    lasts: timedelta,
    now: datetime,
) -> Hold:
    """Takes the time as a booking would, for at most LONGEST; then it is free again, whoever asks.

    `holder` is for whom, and `places` how many holds they may have. Raises TooManyHoldsError and what
    `take_offered_time` does.
    """
    if not timedelta(0) < lasts <= LONGEST:
        raise ValueError("A hold lasts up to ten minutes.")
    forget_expired_holds(holder=holder)
    subject = Subject(Hold.SUBJECT_KIND, new_id())
    taken = take_offered_time(offers=offers, brand_id=brand_id, start=start, subject=subject, now=now, holds_for=lasts)
    hold = Hold(
        pk=subject.id,
        brand_id=brand_id,
        service_id=taken.offer.service_id,
        staff_member_id=taken.offer.staff_number,
        holder=holder,
        starts_at=start,
        duration_minutes=taken.minutes,
        assignment=taken.assignment,
        created_at=now,
    )
    if not _put_in_a_place(hold, places):
        raise TooManyHoldsError(places=places)
    return Hold.objects.select_related("staff_member").get(pk=hold.pk)


@transaction.atomic
def forget_expired_holds(*, holder: str | None = None) -> int:
    """Empties the places of holds that hold nothing any more, of one holder or of all; answers how many."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            DELETE FROM scheduling_hold
            WHERE (%s::varchar IS NULL OR holder = %s::varchar) AND expires_at <= statement_timestamp()
            RETURNING id
            """,
            [holder, holder],
        )
        expired = sorted(row[0] for row in cursor.fetchall())
    for hold_id in expired:
        release(subject=Subject(Hold.SUBJECT_KIND, hold_id))
    return len(expired)


@transaction.atomic
def release_hold(*, hold: Hold) -> None:
    """Gives the time up; that of a hold which was booked or has expired meanwhile is not touched."""
    Hold.objects.filter(pk=hold.pk).delete()
    release(subject=Subject(Hold.SUBJECT_KIND, hold.pk))


def _put_in_a_place(hold: Hold, places: int) -> bool:
    """Stores the hold in the first place of its holder that is free, with the end that its reservations have; whether
    there was one.

    Of two who want the same place at once, the constraint gives it to one, and the other looks for the next.
    """
    while True:
        found, stored = _try_a_place(hold, places)
        if stored or not found:
            return stored


def _try_a_place(hold: Hold, places: int) -> tuple[bool, bool]:
    """Whether a free place was found, and whether the hold is in it."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH free AS (
                SELECT place FROM generate_series(1, %(places)s) AS of_holder (place)
                WHERE NOT EXISTS (
                    SELECT FROM scheduling_hold AS kept
                    WHERE kept.holder = %(holder)s::varchar AND kept.place = of_holder.place
                )
                ORDER BY place LIMIT 1
            ), stored AS (
                INSERT INTO scheduling_hold (
                    id, brand_id, service_id, staff_member_id, holder, place, starts_at, duration_minutes, assignment,
                    expires_at, created_at
                )
                SELECT %(id)s, %(brand)s, %(service)s, %(staff)s, %(holder)s::varchar, place, %(starts_at)s,
                    %(minutes)s, %(assignment)s::jsonb, (
                        SELECT min(expires_at) FROM scheduling_reservation WHERE subject_id = %(id)s AND active
                    ), %(now)s
                FROM free
                ON CONFLICT DO NOTHING
                RETURNING place
            )
            SELECT EXISTS (SELECT FROM free), EXISTS (SELECT FROM stored)
            """,
            {
                "id": hold.pk,
                "brand": hold.brand_id,
                "service": hold.service_id,
                "staff": hold.staff_member_id,
                "holder": hold.holder,
                "starts_at": hold.starts_at,
                "minutes": hold.duration_minutes,
                "assignment": None if hold.assignment is None else orjson.dumps(hold.assignment).decode(),
                "now": hold.created_at,
                "places": places,
            },
        )
        found, stored = cursor.fetchone()
        return found, stored
