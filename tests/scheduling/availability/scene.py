"""Words of the tests of services: who offers what, and what is taken."""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any

from scheduling.models import Service, ServiceNeed, StaffMember, WorkingHours
from scheduling.offers import StaffOffer, offers_of
from scheduling.rules.intervals import Period
from scheduling.rules.ledger import Subject
from scheduling.services.ledger import reserve
from tests.scheduling.ledger import some
from tests.support import cast

# A Monday far from any clock change.
DAY = datetime(2030, 1, 7, tzinfo=UTC)
NOW = DAY - timedelta(days=3)


def at(hour: float) -> datetime:
    return DAY + timedelta(hours=hour)


def make_service(**fields: Any) -> Service:
    """Of the main brand: an hour, each half hour, at any time from now on, unless `fields` say otherwise."""
    staff = fields.pop("staff", [])
    standard: dict[str, Any] = {
        "brand": cast.main_brand(),
        "code": "talk",
        "name": "Talk",
        "duration_minutes": 60,
        "step_minutes": 30,
        "horizon_days": 730,
        "created_at": NOW,
        "updated_at": NOW,
    }
    service = Service.objects.create(**{**standard, **fields})
    service.staff.set(staff)
    return service


def make_need(service: Service, name: str, *resources: int) -> None:
    ServiceNeed.objects.create(service=service, name=name).resources.set(resources)


def make_worker(name: str = "Ada Coach", *, starts: int = 9, ends: int = 12, **who: Any) -> StaffMember:
    """Who works each day between two hours."""
    staff = cast.make_coach(name, **who)
    for weekday in range(1, 8):
        WorkingHours.objects.create(resource=staff.resource, weekday=weekday, starts=time(starts), ends=time(ends))
    return staff


def offers(service: Service, *, staff: Sequence[StaffMember] | None = None, day: datetime = DAY) -> list[StaffOffer]:
    found = offers_of(
        service_id=service.pk,
        brand_id=service.brand_id,
        staff_ids=None if staff is None else [one.person_id for one in staff],
        within=Period(day, day + timedelta(days=1)),
    )
    assert found is not None
    return found


def take(resource_id: int, starts: float, ends: float) -> Subject:
    subject = some()
    reserve(resource_ids=[resource_id], period=Period(at(starts), at(ends)), subject=subject, now=NOW)
    return subject
