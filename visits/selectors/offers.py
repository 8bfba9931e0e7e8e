"""What the engine is told of slots: the same for who lists free times and for who books one."""

from collections.abc import Collection, Sequence
from itertools import groupby
from uuid import UUID
from zoneinfo import ZoneInfo

from scheduling.public import Period, Service, StaffMember, StaffOffer, limits_of, terms_of
from scheduling.rules.availability import SlotsOffer, Terms
from visits.models import Slot


def does(service: Service, provider: StaffMember) -> bool:
    """Whether a provider does visits of this type; nobody chosen means everybody. Needs `staff` to be loaded."""
    chosen = service.staff.all()
    return not chosen or provider in chosen


def visit_offers(
    *, service_id: UUID, brand_id: UUID, staff_ids: Collection[UUID] | None, within: Period
) -> list[StaffOffer] | None:
    """The open slots of a brand's providers in which a visit of this type fits (scheduling.offers.OfferSource)."""
    found = Service.objects.active().filter(pk=service_id, brand=brand_id, offered_in=Service.OfferedIn.SLOTS)
    service = found.prefetch_related("needs__resources", "staff").first()
    if service is None:
        return None
    slots = Slot.objects.open().of_brand(brand_id).filter(starts_at__lt=within.end, ends_at__gt=within.start)
    if staff_ids is not None:
        slots = slots.filter(provider__person__in=staff_ids)
    # By number: two providers may have the same name.
    by_provider = groupby(slots.with_provider().order_by("provider_id", "starts_at"), key=lambda slot: slot.provider)
    return [slot_offer(service, provider, list(their)) for provider, their in by_provider if does(service, provider)]


def slot_offer(service: Service, provider: StaffMember, slots: Sequence[Slot]) -> StaffOffer:
    """These slots of one provider, as far as a visit of the type fits in. Needs `needs__resources` to be loaded."""
    return StaffOffer(
        service_id=service.pk,
        staff_id=provider.person_id,
        staff_number=provider.pk,
        resource_id=provider.resource_id,
        offer=SlotsOffer(
            zone=ZoneInfo(provider.resource.timezone),
            slots=[slot.period for slot in slots if slot.minutes >= service.duration_minutes],
            terms=terms_of(service),
        ),
        needs=[
            [resource.pk for resource in need.resources.all() if resource.is_active] for need in service.needs.all()
        ],
        limits=limits_of(service),
    )


def plain_offer(provider: StaffMember, slots: Sequence[Slot]) -> StaffOffer:
    """These slots, for no visit type in particular."""
    return StaffOffer(
        service_id=None,
        staff_id=provider.person_id,
        staff_number=provider.pk,
        resource_id=provider.resource_id,
        offer=SlotsOffer(
            zone=ZoneInfo(provider.resource.timezone), slots=[slot.period for slot in slots], terms=Terms()
        ),
    )
