"""Where a visit could be moved to."""

from datetime import datetime
from itertools import groupby

from scheduling.public import Period, Service, Subject, ask
from visits.models import Slot, Visit
from visits.selectors.offers import does, slot_offer


def slots_for(visit: Visit, *, within: Period, now: datetime) -> list[Slot]:
    """The other slots of its brand in a period that `reschedule_visit` would take now, by start and provider.

    Their providers are loaded. A constant number of statements.
    """
    service = Service.objects.prefetch_related("needs__resources", "staff").get(pk=visit.service_id)
    slots = (
        Slot.objects.open()
        .of_brand(visit.brand_id)
        .filter(starts_at__gte=within.start, starts_at__lt=within.end)
        .exclude(pk=visit.slot_id)
        # Nobody visits themselves.
        .exclude(provider__person=visit.client.person_id)
        .with_provider()
        .order_by("provider", "starts_at")
    )
    offers = [
        slot_offer(service, provider, list(their))
        for provider, their in groupby(slots, key=lambda slot: slot.provider)
        if does(service, provider)
    ]
    if not offers:
        return []
    question = ask(offers, brand_id=visit.brand_id, within=within, but=Subject(Visit.SUBJECT_KIND, visit.pk))
    free = {
        (start, offer.staff_number) for start, theirs in question.by_start(question.free(now=now)) for offer in theirs
    }
    found = [slot for slot in slots if (slot.starts_at, slot.provider_id) in free]
    return sorted(found, key=lambda slot: (slot.starts_at, slot.provider.person.name))
