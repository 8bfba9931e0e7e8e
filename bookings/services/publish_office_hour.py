"""Publishing an office hour."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, time
from uuid import UUID

from django.db import transaction

from bookings.models import OfficeHour, OfficeHourException
from scheduling.public import StaffMember
from scheduling.rules.schedule import Hours


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeHourData:
    """Weekly on `weekdays` (ISO) or once `on` a date, in wall time of `timezone`."""

    start_time: time
    end_time: time
    timezone: str
    duration_minutes: int = 30
    weekdays: Iterable[int] = ()
    on: date | None = None
    notice_minutes: int = 0
    horizon_days: int = 60
    valid_from: date | None = None
    valid_until: date | None = None
    exceptions: dict[date, Hours | None] = field(default_factory=dict)


@transaction.atomic
def publish_office_hour(*, coach: StaffMember, brand_id: UUID, offer: OfficeHourData) -> OfficeHour:
    """Stores the office hour; its slots can be booked at once. Nothing is taken by an offer."""
    office_hour = OfficeHour.objects.create(
        coach=coach,
        brand_id=brand_id,
        weekdays=sorted(set(offer.weekdays)),
        date=offer.on,
        start_time=offer.start_time,
        end_time=offer.end_time,
        timezone=offer.timezone,
        duration_minutes=offer.duration_minutes,
        notice_minutes=offer.notice_minutes,
        horizon_days=offer.horizon_days,
        valid_from=offer.valid_from,
        valid_until=offer.valid_until,
    )
    OfficeHourException.objects.bulk_create(
        OfficeHourException(
            office_hour=office_hour,
            date=day,
            start_time=hours.starts if hours else None,
            end_time=hours.ends if hours else None,
        )
        for day, hours in offer.exceptions.items()
    )
    return office_hour
