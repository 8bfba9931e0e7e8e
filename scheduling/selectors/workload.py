"""How busy staff members are."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from django.db import connection

from scheduling.offers import StaffOffer
from scheduling.rules import wall_time
from scheduling.rules.assignment import Candidate

_DAY = timedelta(days=1)


def candidates(offers: Sequence[StaffOffer], start: datetime) -> list[Candidate]:
    """The staff members of offers with the minutes that they have reserved on the day and in the week of a start.

    Day and week (from Monday on) are those of the offer's zone; holds count until they expire. One statement.
    """
    days, weeks = [], []
    for offer in offers:
        day = start.astimezone(offer.offer.zone).date()
        monday = day - (day.isoweekday() - 1) * _DAY
        days.append([_midnight(day, offer), _midnight(day + _DAY, offer)])
        weeks.append([_midnight(monday, offer), _midnight(monday + 7 * _DAY, offer)])
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT number, coalesce(sum(extract(epoch FROM part_of_day)) / 60, 0)::int,
                coalesce(sum(extract(epoch FROM part_of_week)) / 60, 0)::int
            FROM unnest(
                %s::bigint[], %s::timestamptz[], %s::timestamptz[], %s::timestamptz[], %s::timestamptz[]
            ) WITH ORDINALITY AS asked (resource, day_from, day_to, week_from, week_to, number)
            LEFT JOIN LATERAL (
                SELECT least(upper(during), week_to) - greatest(lower(during), week_from) AS part_of_week,
                    greatest(
                        least(upper(during), day_to) - greatest(lower(during), day_from), interval '0'
                    ) AS part_of_day
                FROM scheduling_reservation
                WHERE resource_id = resource AND exclusive AND active
                    AND lower(during) >= week_from - interval '1 day' AND lower(during) < week_to
                    AND upper(during) > week_from
                    AND (expires_at IS NULL OR expires_at > statement_timestamp())
            ) AS held ON true
            GROUP BY number
            """,
            [
                [offer.resource_id for offer in offers],
                [day[0] for day in days],
                [day[1] for day in days],
                [week[0] for week in weeks],
                [week[1] for week in weeks],
            ],
        )
        minutes = {row[0]: row[1:] for row in cursor.fetchall()}
    return [
        Candidate(
            day_minutes=minutes[number][0],
            week_minutes=minutes[number][1],
            staff_number=offer.staff_number,
            staff_id=offer.staff_id,
        )
        for number, offer in enumerate(offers, start=1)
    ]


def _midnight(day: date, offer: StaffOffer) -> datetime:
    return wall_time.resolve(datetime.combine(day, time()), offer.offer.zone)
