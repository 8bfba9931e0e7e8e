"""Providers and their slots."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from scheduling.public import Client, Period, Service, StaffMember, ask
from visits.errors import ProviderNotFoundError, SlotNotFoundError, UnknownPatientError, VisitTypeNotFoundError
from visits.models import Provider, Slot, Visit
from visits.rules.statuses import Status
from visits.selectors.offers import plain_offer, slot_offer

# The window that a list of slots has where none is named, and the longest one.
WINDOW = timedelta(days=92)


def provider(*, provider_id: UUID, brand_id: UUID) -> StaffMember:
    """The brand's active provider who is this person. Raises ProviderNotFoundError."""
    registered = Provider.objects.filter(staff_member=OuterRef("pk"), brand=brand_id)
    known = StaffMember.objects.active().known_as(provider_id).filter(brands=brand_id)
    found = known.filter(Exists(registered)).select_related("person", "resource").first()
    if found is None:
        raise ProviderNotFoundError
    return found


def open_slot_of_brand(*, slot_id: UUID, brand_id: UUID) -> Slot:
    """An open slot of a provider who can be booked in the brand. Raises SlotNotFoundError."""
    found = Slot.objects.open().of_brand(brand_id).with_provider().filter(pk=slot_id).first()
    if found is None:
        raise SlotNotFoundError
    return found


def visit_type(*, code: str, brand_id: UUID) -> Service:
    """The brand's service that is booked in slots and has this code. Raises VisitTypeNotFoundError."""
    offered = Service.objects.active().filter(offered_in=Service.OfferedIn.SLOTS, brand=brand_id, code=code)
    found = offered.prefetch_related("needs__resources", "staff").first()
    if found is None:
        raise VisitTypeNotFoundError(visit_type=code)
    return found


def patient(*, patient_id: UUID, brand_id: UUID) -> Client:
    """The brand's client who is this person. Raises UnknownPatientError."""
    found = Client.objects.filter(person=patient_id, brands=brand_id).select_related("person").order_by().first()
    if found is None:
        raise UnknownPatientError
    return found


def _with_booked(slots: QuerySet[Slot]) -> QuerySet[Slot]:
    """Adds `booked`: whether a visit has the slot."""
    standing = Visit.objects.filter(slot=OuterRef("pk")).exclude(status=Status.CANCELLED)
    return slots.annotate(booked=Exists(standing))


def is_booked(slot: Slot) -> bool:
    """Whether a visit has the slot."""
    return Visit.objects.filter(slot=slot).exclude(status=Status.CANCELLED).exists()


def can_be_booked(slot: Slot, *, now: datetime) -> bool:
    """Whether the slot is offered now, for no visit type in particular."""
    within = Period.lasting(slot.starts_at, minutes=1)
    found = slots_of(slot.provider, brand_id=slot.brand_id, within=within, now=now)
    return any(one == slot and not booked for one, booked in found)


def slots_of(
    provider: StaffMember, *, brand_id: UUID, within: Period, now: datetime, service: Service | None = None
) -> list[tuple[Slot, bool]]:
    """The open slots of a provider that start in a period, ascending, each with whether a visit has it.

    Of those without a visit only what can be booked now (for a visit of one type, if it is named): a slot whose
    provider has become busy elsewhere, is closed or has begun is left out.
    """
    found = _with_booked(Slot.objects.open().filter(provider=provider, brand=brand_id))
    slots: Any = list(found.filter(starts_at__gte=within.start, starts_at__lt=within.end).order_by("starts_at"))
    if not slots:
        return []
    offer = plain_offer(provider, slots) if service is None else slot_offer(service, provider, slots)
    question = ask([offer], brand_id=brand_id, within=within)
    free = {start for start, _offers in question.by_start(question.free(now=now))}
    return [(slot, slot.booked) for slot in slots if slot.booked or slot.starts_at in free]


def nearest_free(slot: Slot, service: Service, *, now: datetime, most: int = 3) -> Sequence[datetime]:
    """Up to so many starts of the same provider's slots, nearest to this one, that a visit of the type could have."""
    around = Period(max(now, slot.starts_at - timedelta(days=7)), max(now, slot.starts_at) + timedelta(days=7))
    slots = slots_of(slot.provider, brand_id=slot.brand_id, within=around, now=now, service=service)
    free = [one.starts_at for one, booked in slots if not booked]
    return sorted(sorted(free, key=lambda start: abs(start - slot.starts_at))[:most])
