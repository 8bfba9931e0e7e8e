"""Opening many slots of a provider at once."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.db import transaction

from scheduling.public import StaffMember
from tenants.errors import DomainError
from visits import errors
from visits.models import Slot
from visits.rules.openings import LeftOut, PlannedSlot, SlotsWanted
from visits.selectors.openings import planned_slots

REFUSALS: list[type[DomainError]] = [
    errors.VisitTypeNotFoundError,
    errors.VisitTypeNotOfferedError,
    errors.SlotLengthError,
    errors.SlotDaysError,
    errors.TooManySlotsError,
]


@dataclass(frozen=True, slots=True)
class OpenedSlots:
    """What was opened, and what was not and why; both ascending."""

    slots: Sequence[Slot]
    left_out: Sequence[PlannedSlot]


@transaction.atomic
def open_slots(*, provider: StaffMember, brand_id: UUID, wanted: SlotsWanted, now: datetime) -> OpenedSlots:
    """Opens the slots of the working hours that can be opened, as `planned_slots` tells them.

    What somebody else opened in that time since it was looked is left out. Five statements, however many slots.
    Raises what `planned_slots` does.
    """
    planned = planned_slots(provider, brand_id=brand_id, wanted=wanted, now=now)
    new = {
        one: Slot(
            provider=provider,
            brand_id=brand_id,
            starts_at=one.period.start,
            ends_at=one.period.end,
            created_at=now,
        )
        for one in planned
        if one.left_out is None
    }
    # As for a single slot, the constraint decides. All open theirs in the order of time, so of two who want the same
    # one waits for the other, and never each for the other.
    Slot.objects.bulk_create(new.values(), ignore_conflicts=True)
    kept = set(Slot.objects.filter(pk__in=[slot.pk for slot in new.values()]).values_list("pk", flat=True))
    lost = {one for one, slot in new.items() if slot.pk not in kept}
    return OpenedSlots(
        slots=[slot for slot in new.values() if slot.pk in kept],
        left_out=[
            replace(one, left_out=LeftOut.OVERLAP) if one in lost else one
            for one in planned
            if one.left_out is not None or one in lost
        ],
    )
