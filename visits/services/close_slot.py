"""Closing a slot."""

from datetime import datetime

from django.db import transaction

from scheduling.rules.wall_time import rfc3339
from tenants.locking import locked
from visits.errors import SlotBookedError
from visits.models import Slot
from visits.selectors.slots import is_booked


@transaction.atomic
def close_slot(*, slot: Slot, now: datetime) -> Slot:
    """Offers the slot no more. It stays, for the visits that were cancelled in it.

    Raises GoneError where somebody else closed it meanwhile, SlotBookedError where a visit has it: cancel or move
    that first.
    """
    # Whoever books it waits for this lock, and this for who has booked it.
    slot = locked(Slot.objects.open(), slot.pk)
    if is_booked(slot):
        raise SlotBookedError(starts_at=rfc3339(slot.starts_at), nearest=" Cancel or move the visit first.")
    slot.closed_at = now
    slot.save(update_fields=["closed_at"])
    return slot
