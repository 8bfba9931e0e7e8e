"""Visit types, slots and visits of the demo tenants, those that the documentation's examples name among them."""

from datetime import UTC, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from config.demo.bookings import call
from config.demo.data import DemoTenant, demo_id
from scheduling.models import Client, Service, StaffMember
from scheduling.public import Period
from tenants.brands.models import Brand
from visits.models import Slot, Visit
from visits.rules.statuses import Step
from visits.selectors.slots import slots_of
from visits.services.book_visit import book_visit
from visits.services.cancel_visit import cancel_visit
from visits.services.open_slot import open_slot
from visits.services.step_visit import step_visit

_DAY = timedelta(days=1)
_HALF = timedelta(minutes=30)
# The examples' day among them (api/openapi_document.py).
_AHEAD: Final = 32
# Each day so many half hours from 12:30 UTC on, which is after the office hours of who provides.
_EACH_DAY: Final = 5
# Of the days of the front page, on the brand's clocks; a slot of each day stays free, and somebody does not come.
_TODAY: Final = tuple(time(hour) for hour in (9, 10, 11, 13, 14, 16))
_TOMORROW: Final = (time(9), time(11), time(15))
_LEFT_FREE: Final = 4
_MISSED: Final = 1
# What the visits that have begun have gone through, by the names under which the examples know them.
_BEGUN: Final[dict[str, tuple[Step, ...]]] = {
    "begun": (),
    "missed": (),
    "waiting": (Step.CHECK_IN,),
    "running": (Step.CHECK_IN, Step.START),
    "done": (Step.CHECK_IN, Step.START, Step.COMPLETE),
}


def add_visits(
    tenant: str, provider: StaffMember, clients: list[Client], visit_types: list[Service], *, now: datetime
) -> None:
    """Slots of a provider for a month, and a few visits in them: to come, called off, and over."""
    brand, own, services = _of_brand(provider, clients, visit_types)
    before = now - 5 * _DAY
    # Not yesterday's, which somewhere is today still.
    past = _open(provider, brand, first=1, days=3, now=before)
    for slot, (name, steps) in zip(past, _BEGUN.items(), strict=False):
        visit = _book(slot, own[0], services[0], now=before)
        for step in steps:
            step_visit(visit=visit, step=step, now=slot.starts_at)
        _known(tenant, visit, name)
    coming = _open(provider, brand, first=5, days=_AHEAD, now=now - 2 * _DAY)
    # Not of those at 12:30, of which the examples book whichever is free.
    at_one = [slot for slot in coming if slot.starts_at.hour == 13]  # noqa: PLR2004
    for slot, name in zip(at_one, ("free", "other", "to-close"), strict=False):
        Slot.objects.filter(pk=slot.pk).update(id=demo_id(tenant, "slot", name))
    booked = [slot for slot in coming if slot.starts_at.hour == 14]  # noqa: PLR2004
    _known(tenant, _book(booked[0], own[0], services[0], now=now - 2 * _DAY), "booked")
    for number, slot in enumerate(booked[1:6]):
        _book(slot, own[number % len(own)], services[number % len(services)], now=now - 2 * _DAY)
    off = _book(booked[6], own[-1], services[0], now=now - 2 * _DAY)
    cancel_visit(visit=off, reason="I am travelling.", as_staff=False, now=now - _DAY)


def add_days(providers: list[StaffMember], clients: list[Client], visit_types: list[Service], *, now: datetime) -> None:
    """Visits of today, as far as the day has come, and some of tomorrow: for the front page."""
    before = now - 2 * _DAY
    for index, provider in enumerate(providers):
        brand, own, services = _of_brand(provider, clients, visit_types)
        zone = ZoneInfo(brand.timezone)
        today = now.astimezone(zone).date()
        for day, clocks in ((today, _TODAY), (today + _DAY, _TOMORROW)):
            for number, clock in enumerate(clocks):
                start = datetime.combine(day, clock, zone).astimezone(UTC) + index * _HALF
                slot = open_slot(
                    provider=provider, brand_id=brand.pk, starts_at=start, ends_at=start + _HALF, now=before
                )
                within = Period(slot.starts_at, slot.ends_at)
                # A day may be closed.
                is_free = bool(slots_of(provider, brand_id=brand.pk, within=within, now=before))
                if is_free and number != _LEFT_FREE:
                    visit = _book(slot, own[number % len(own)], services[number % len(services)], now=before)
                    _as_far_as_it_has_come(visit, number, now=now)


def _as_far_as_it_has_come(visit: Visit, number: int, *, now: datetime) -> None:
    if visit.ends_at <= now:
        missed = number == _MISSED
        for step in (Step.NO_SHOW,) if missed else (Step.CHECK_IN, Step.START, Step.COMPLETE):
            step_visit(visit=visit, step=step, now=visit.ends_at)
    elif visit.starts_at <= now:
        step_visit(visit=visit, step=Step.START, now=now)
    elif visit.starts_at <= now + 2 * _HALF:
        step_visit(visit=visit, step=Step.CHECK_IN, now=now)


def _of_brand(
    provider: StaffMember, clients: list[Client], visit_types: list[Service]
) -> tuple[Brand, list[Client], list[Service]]:
    """The provider's brand, and its own of these."""
    brand = provider.brands.get()
    own = [client for client in clients if brand in client.brands.all()]
    return brand, own, [service for service in visit_types if service.brand_id == brand.pk]


def add_visit_types(demo: DemoTenant, brands: dict[str, Brand], *, now: datetime) -> list[Service]:
    return [
        Service.objects.create(
            id=demo_id(demo.slug, "visit-type", one.code),
            brand=brands[one.brand],
            code=one.code,
            name=one.name,
            offered_in=Service.OfferedIn.SLOTS,
            duration_minutes=one.minutes,
            cancel_notice_minutes=24 * 60,
            cancel_fee_percent=50,
            price_minor=one.price_minor,
            currency=one.currency,
            timezone=demo.timezone,
            is_remote=one.is_remote,
            created_at=now,
            updated_at=now,
        )
        for one in demo.visit_types
    ]


def _open(provider: StaffMember, brand: Brand, *, first: int, days: int, now: datetime) -> list[Slot]:
    """Opens slots on so many days, from the one that is `first` days from today; answers those that can be booked,
    for a day may be closed."""
    midnight = datetime.combine(now.date() + first * _DAY, time(), UTC)
    for day in range(days):
        for number in range(_EACH_DAY):
            start = midnight + day * _DAY + timedelta(hours=12, minutes=30) + number * _HALF
            open_slot(provider=provider, brand_id=brand.pk, starts_at=start, ends_at=start + _HALF, now=now)
    within = Period(midnight, midnight + days * _DAY)
    return [slot for slot, _booked in slots_of(provider, brand_id=brand.pk, within=within, now=now)]


def _book(slot: Slot, client: Client, service: Service, *, now: datetime) -> Visit:
    return book_visit(
        brand_id=slot.brand_id,
        patient_id=client.person_id,
        visit_type=service.code,
        slot_id=slot.pk,
        reason="Trouble falling asleep",
        now=now,
    )


def _known(tenant: str, visit: Visit, name: str) -> None:
    """Gives a visit the id by which the documentation's examples know it."""
    call(visit, demo_id(tenant, "visit", name))
