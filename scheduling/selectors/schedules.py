"""When staff members work, and what they offer of the kernel's own services."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection

from scheduling.models import Service
from scheduling.offers import Limits, StaffOffer
from scheduling.rules.availability import HoursOffer, Terms
from scheduling.rules.intervals import Period
from scheduling.rules.schedule import Hours, Schedule, Weekly

# Exceptions are wanted of the days around a period, whatever the zone; and a window may begin the day before.
_MARGIN = timedelta(days=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Worker:
    """An active staff member with their working hours."""

    staff_id: UUID
    staff_number: int
    resource_id: int
    schedule: Schedule


def workers(
    *, brand_id: UUID, within: Period, staff_ids: Collection[UUID] | None = None, numbers: Collection[int] | None = None
) -> list[Worker]:
    """The active staff of a brand (of some persons, of some numbers) with their hours in a period, by number.

    One statement.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT staff.person_id, staff.id, resource.id, json_build_array(resource.timezone, (
                SELECT json_agg(json_build_array(weekday, starts, ends, valid_from, valid_until))
                FROM scheduling_workinghours WHERE resource_id = resource.id
            ), (
                SELECT json_agg(json_build_array(date, starts, ends)) FROM scheduling_hoursexception
                WHERE resource_id = resource.id AND date BETWEEN %(first)s AND %(last)s
            ))::text
            FROM scheduling_staffmember AS staff
            JOIN scheduling_resource AS resource ON resource.id = staff.resource_id
            WHERE staff.is_active AND resource.is_active
                AND EXISTS (
                    SELECT FROM scheduling_staffmember_brands WHERE staffmember_id = staff.id AND brand_id = %(brand)s
                )
                AND (%(persons)s::uuid[] IS NULL OR staff.person_id = ANY(%(persons)s))
                AND (%(numbers)s::bigint[] IS NULL OR staff.id = ANY(%(numbers)s))
            ORDER BY staff.id
            """,
            {
                "brand": brand_id,
                "persons": None if staff_ids is None else list(staff_ids),
                "numbers": None if numbers is None else list(numbers),
                "first": (within.start - _MARGIN).date(),
                "last": (within.end + _MARGIN).date(),
            },
        )
        rows = cursor.fetchall()
    schedules = {text: _schedule(*json.loads(text)) for text in {text for *_ids, text in rows}}
    return [
        Worker(staff_id=staff_id, staff_number=number, resource_id=resource_id, schedule=schedules[text])
        for staff_id, number, resource_id, text in rows
    ]


def service_offers(
    *, service_id: UUID, brand_id: UUID, staff_ids: Collection[UUID] | None, within: Period
) -> list[StaffOffer] | None:
    """What the staff of a brand offers of a service in their working hours (scheduling.offers.OfferSource)."""
    found = Service.objects.active().filter(pk=service_id, brand_id=brand_id, offered_in=Service.OfferedIn.HOURS)
    service = found.prefetch_related("hours", "needs__resources").first()
    if service is None:
        return None
    numbers = list(service.staff.values_list("pk", flat=True)) or None
    bounds = _service_hours(service)
    terms, limits = terms_of(service), limits_of(service)
    needs = [[resource.pk for resource in need.resources.all() if resource.is_active] for need in service.needs.all()]
    return [
        StaffOffer(
            service_id=service.pk,
            staff_id=worker.staff_id,
            staff_number=worker.staff_number,
            resource_id=worker.resource_id,
            offer=HoursOffer(
                schedule=worker.schedule,
                within=bounds,
                length=service.duration_minutes,
                step=service.step_minutes,
                terms=terms,
            ),
            needs=needs,
            limits=limits,
        )
        for worker in workers(brand_id=brand_id, within=within, staff_ids=staff_ids, numbers=numbers)
    ]


def hours_offers(
    *, brand_id: UUID, staff_ids: Collection[UUID] | None, within: Period, minutes: int, step: int
) -> list[StaffOffer]:
    """So many minutes in anybody's working hours, of no service in particular."""
    return [
        StaffOffer(
            service_id=None,
            staff_id=worker.staff_id,
            staff_number=worker.staff_number,
            resource_id=worker.resource_id,
            offer=HoursOffer(schedule=worker.schedule, length=minutes, step=step),
        )
        for worker in workers(brand_id=brand_id, within=within, staff_ids=staff_ids)
    ]


def terms_of(service: Service) -> Terms:
    return Terms(
        notice=timedelta(minutes=service.notice_minutes),
        horizon=timedelta(days=service.horizon_days),
        buffer_before=service.buffer_before_minutes,
        buffer_after=service.buffer_after_minutes,
    )


def limits_of(service: Service) -> Limits:
    # In one zone, wherever the staff is: else a day of one would not be that of another.
    return Limits(
        per_day=service.max_per_day,
        per_staff_per_day=service.max_per_staff_per_day,
        zone=ZoneInfo(service.timezone),
    )


def _service_hours(service: Service) -> Schedule | None:
    """None for a service that simply follows the hours of its staff."""
    windows = [Weekly(window.weekday, Hours(window.starts, window.ends)) for window in service.hours.all()]
    return Schedule(zone=ZoneInfo(service.timezone), weekly=windows) if windows else None


def _schedule(zone: str, weekly: Sequence[Any] | None, exceptions: Sequence[Any] | None) -> Schedule:
    dated: dict[date, list[Hours]] = {}
    for day, starts, ends in exceptions or []:
        hours = dated.setdefault(date.fromisoformat(day), [])
        if starts:
            hours.append(_hours(starts, ends))
    return Schedule(
        zone=ZoneInfo(zone),
        weekly=[
            Weekly(weekday, _hours(starts, ends), _date(first), _date(last))
            for weekday, starts, ends, first, last in weekly or []
        ],
        exceptions=dated,
    )


def _hours(starts: str, ends: str) -> Hours:
    return Hours(time.fromisoformat(starts), time.fromisoformat(ends))


def _date(day: str | None) -> date | None:
    return date.fromisoformat(day) if day else None
