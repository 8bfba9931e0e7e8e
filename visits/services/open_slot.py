"""Opening a slot of a provider."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from scheduling.public import StaffMember
from scheduling.rules.wall_time import rfc3339
from tenants.errors import DomainError
from visits.errors import SlotLengthError, SlotOverlapError, SlotTimeError
from visits.models import Slot
from visits.rules.slots import FARTHEST, LONGEST, MINUTE, SHORTEST, has_a_slots_length, may_be_opened

REFUSALS: list[type[DomainError]] = [SlotLengthError, SlotTimeError, SlotOverlapError]


@transaction.atomic
def open_slot(*, provider: StaffMember, brand_id: UUID, starts_at: datetime, ends_at: datetime, now: datetime) -> Slot:
    """Offers this time for one visit. It takes none: the provider may be busy then, or become so.

    Raises one of REFUSALS.
    """
    if not has_a_slots_length(starts_at, ends_at):
        raise SlotLengthError(least=SHORTEST // MINUTE, most=LONGEST // MINUTE)
    if not may_be_opened(starts_at, now=now):
        raise SlotTimeError(days=FARTHEST.days)
    slot = Slot(provider=provider, brand_id=brand_id, starts_at=starts_at, ends_at=ends_at, created_at=now)
    # The constraint decides. Of two who open at once, ON CONFLICT makes one wait for the other without a deadlock.
    Slot.objects.bulk_create([slot], ignore_conflicts=True)
    if not Slot.objects.filter(pk=slot.pk).exists():
        raise SlotOverlapError(starts_at=rfc3339(starts_at), ends_at=rfc3339(ends_at))
    return slot
