"""What would be opened of a provider's working hours."""

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from scheduling.public import StaffMember, calendars, workers
from scheduling.rules.intervals import Period
from visits.errors import (
    ProviderNotFoundError,
    SlotDaysError,
    SlotLengthError,
    TooManySlotsError,
    VisitTypeNotOfferedError,
)
from visits.models import Slot
from visits.rules.openings import MOST_DAYS, MOST_SLOTS, PlannedSlot, SlotsWanted, plan
from visits.rules.slots import FARTHEST, LONGEST, MINUTE, SHORTEST
from visits.selectors.offers import does
from visits.selectors.slots import visit_type


def planned_slots(provider: StaffMember, *, brand_id: UUID, wanted: SlotsWanted, now: datetime) -> list[PlannedSlot]:
    """The slots of the provider's working hours, ascending, each with why it can't be opened now, if it can't.

    Three statements. Raises SlotLengthError, SlotDaysError, TooManySlotsError, ProviderNotFoundError.
    """
    zone = ZoneInfo(provider.resource.timezone)
    _check(wanted, zone=zone, now=now)
    frame = wanted.frame(zone)
    found = workers(brand_id=brand_id, within=frame.period, numbers=[provider.pk])
    if not found:
        raise ProviderNotFoundError
    calendar = calendars(resource_ids=[provider.resource_id], brand_id=brand_id, frame=frame)[provider.resource_id]
    opened = Slot.objects.open().filter(
        provider=provider,
        brand=brand_id,
        starts_at__gt=frame.period.start - LONGEST,
        starts_at__lt=frame.period.end,
        ends_at__gt=frame.period.start,
    )
    planned = plan(
        wanted,
        schedule=found[0].schedule,
        calendar=calendar,
        frame=frame,
        opened=[Period(*times) for times in opened.values_list("starts_at", "ends_at")],
        now=now,
    )
    if len(planned) > MOST_SLOTS:
        raise TooManySlotsError(count=len(planned), most=MOST_SLOTS)
    return planned


def length_of(visit_type_code: str, *, provider: StaffMember, brand_id: UUID) -> int:
    """The minutes of a visit type that the provider does. Raises VisitTypeNotFoundError, VisitTypeNotOfferedError."""
    service = visit_type(code=visit_type_code, brand_id=brand_id)
    if not does(service, provider):
        raise VisitTypeNotOfferedError(visit_type=service.code)
    return service.duration_minutes


def _check(wanted: SlotsWanted, *, zone: ZoneInfo, now: datetime) -> None:
    if not SHORTEST <= wanted.minutes * MINUTE <= LONGEST:
        raise SlotLengthError(least=SHORTEST // MINUTE, most=LONGEST // MINUTE)
    today = now.astimezone(zone).date()
    if not wanted.are_days_possible(today=today):
        raise SlotDaysError(days=MOST_DAYS, today=str(today), last=str(today + FARTHEST), zone=zone.key)
