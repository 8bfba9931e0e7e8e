"""Providers, visit types, slots and visits for the tests, made by the services that make real ones."""

from datetime import datetime, timedelta
from typing import Any

from scheduling.models import Client, Service, StaffMember
from tenants.brands.models import Brand
from tests.support import cast
from visits.models import Provider, Slot, Visit
from visits.services.book_visit import book_visit
from visits.services.open_slot import open_slot

LONG_AGO = timedelta(days=1)


def make_provider(name: str = "Pia Provider", *, brand: Brand | None = None) -> StaffMember:
    brand = brand or cast.main_brand()
    return register(cast.make_coach(name, brand=brand), brand=brand)


def register(staff_member: StaffMember, *, brand: Brand | None = None) -> StaffMember:
    """Makes somebody who works for the brand a provider of visits."""
    Provider.objects.create(
        staff_member=staff_member, brand=brand or cast.main_brand(), created_at=cast.MONDAY, updated_at=cast.MONDAY
    )
    return staff_member


def make_visit_type(code: str = "first-talk", *, brand: Brand | None = None, **terms: Any) -> Service:
    """30 minutes, on no terms in particular."""
    return Service.objects.create(
        brand=brand or cast.main_brand(),
        code=code,
        name=code.replace("-", " ").capitalize(),
        offered_in=Service.OfferedIn.SLOTS,
        created_at=cast.MONDAY,
        updated_at=cast.MONDAY,
        **{"duration_minutes": 30, "horizon_days": 730, "price_minor": 9000, **terms},
    )


def make_slot(
    provider: StaffMember, starts_at: datetime, *, minutes: int = 30, brand: Brand | None = None, now: Any = None
) -> Slot:
    """Opened the day before it begins."""
    return open_slot(
        provider=provider,
        brand_id=(brand or cast.main_brand()).pk,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=minutes),
        now=now or starts_at - LONG_AGO,
    )


def make_visit(slot: Slot, client: Client, service: Service, *, now: Any = None, **more: Any) -> Visit:
    """Booked the day before it begins."""
    return book_visit(
        brand_id=slot.brand_id,
        patient_id=client.person_id,
        visit_type=service.code,
        slot_id=slot.pk,
        now=now or slot.starts_at - LONG_AGO,
        **more,
    )
