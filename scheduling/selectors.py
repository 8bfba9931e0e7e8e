"""Reads of the kernel."""

from collections.abc import Iterable
from datetime import date

from django.db import connection

from scheduling.models import Closure
from scheduling.rules.intervals import Period
from scheduling.rules.ledger import Subject


def busy(*, resource_id: int, period: Period) -> list[Period]:
    """The taken time of a resource that overlaps `period`, ascending.

    Exclusive rows say it all: overbooked time lies inside them (docs/adr/0004).
    """
    return [taken for taken, _subject in holders(resource_id=resource_id, period=period)]


def holders(*, resource_id: int, period: Period) -> list[tuple[Period, Subject]]:
    """Who holds time of a resource that overlaps `period`, ascending."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT lower(during), upper(during), subject_kind, subject_id FROM scheduling_reservation
            WHERE resource_id = %s AND during && tstzrange(%s, %s, '[)') AND exclusive AND active
            ORDER BY lower(during)
            """,
            [resource_id, period.start, period.end],
        )
        return [(Period(row[0], row[1]), Subject(row[2], row[3])) for row in cursor.fetchall()]


def closed_days(*, brand_id: object, first: date, last: date) -> list[tuple[date, date]]:
    """The closures of the tenant and of a brand that touch the days `first` to `last`, both included."""
    closures: Iterable[tuple[date, date]] = (
        Closure.objects.for_brand(brand_id)
        .filter(starts_on__lte=last, ends_on__gte=first)
        .values_list("starts_on", "ends_on")
    )
    return list(closures)
