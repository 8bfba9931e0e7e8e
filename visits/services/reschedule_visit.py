"""Moving a visit to another slot."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from notifications.public import Event, Former, announce
from scheduling.errors import BusyError
from scheduling.public import Service, Subject, move
from tenants.errors import DomainError, StaleVersionError, check_version
from tenants.locking import locked
from visits.errors import VisitNotReschedulableError
from visits.models import Visit
from visits.rules.statuses import Status, may_reschedule
from visits.selectors.offers import slot_offer
from visits.selectors.slots import open_slot_of_brand
from visits.selectors.visits import occasion
from visits.services.take_slot import REFUSALS as OF_SLOTS
from visits.services.take_slot import check_slot, put_in_slot, take_time, why_busy

REFUSALS: list[type[DomainError]] = [*OF_SLOTS, VisitNotReschedulableError, StaleVersionError]


@transaction.atomic
def reschedule_visit(*, visit: Visit, slot_id: UUID, now: datetime, expected: frozenset[int] | None = None) -> Visit:
    """Moves the visit into another slot of its brand, or raises one of REFUSALS and changes nothing.

    The slot is checked as for a new visit, and may be another provider's who does this type; the time that the visit
    holds itself is free for it. To move it to where it is changes nothing and tells nobody. What it was agreed to cost
    stays. To the provider who had it before it is cancelled. `expected` are the versions of which the caller moves one,
    None for any.
    """
    # Looked at under the lock: of two changes at once, the second sees what the first one made.
    visit = locked(Visit.objects.with_people(), visit.pk)
    check_version(visit.version, expected=expected)
    if not may_reschedule(Status(visit.status), starts_at=visit.starts_at, now=now):
        begun = " and has begun" if visit.status == Status.SCHEDULED else ""
        raise VisitNotReschedulableError(status=visit.status, begun=begun)
    if slot_id == visit.slot_id:
        return visit
    slot = open_slot_of_brand(slot_id=slot_id, brand_id=visit.brand_id)
    service = Service.objects.prefetch_related("needs__resources", "staff").get(pk=visit.service_id)
    check_slot(slot, service=service, client=visit.client)
    had = Former(staff_id=visit.provider.person_id, starts_at=visit.starts_at, ends_at=visit.ends_at)
    visit.starts_at = slot.starts_at
    itself = Subject(Visit.SUBJECT_KIND, visit.pk)
    try:
        taken = take_time(visit, [slot_offer(service, slot.provider, [slot])], now=now, take=move, but=itself)
        put_in_slot(visit, taken)
    except BusyError as error:
        raise why_busy(slot, service, now=now) from error
    loses_it = visit.provider.person_id != had.staff_id
    if loses_it:
        # It may be the other provider's own room.
        visit.meeting_url = ""
    visit.assignment = None
    visit.status_before = ""
    visit.updated_at = now
    visit.version += 1
    visit.schedule_version += 1
    visit.save()
    announce(event=Event.RESCHEDULED, occasion=occasion(visit), now=now, former=had if loses_it else None)
    return visit
