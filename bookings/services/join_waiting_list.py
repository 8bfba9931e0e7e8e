"""Waiting for a place in an event that is full."""

from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import Max

from bookings import event_errors as errors
from bookings.models import Event, WaitingPlace
from bookings.services.event_entry import ENTRY_REFUSALS, check_entry, check_not_booked
from bookings.services.places import end_expired_offers
from scheduling.public import Client, lock_client
from tenants.errors import DomainError, GoneError
from tenants.ids import new_id
from tenants.locking import locked

REFUSALS: Final[list[type[DomainError]]] = [
    *ENTRY_REFUSALS,
    errors.AlreadyWaitingError,
    errors.PlaceFreeError,
    GoneError,
]


@transaction.atomic
def join_waiting_list(*, client: Client, event: Event, now: datetime) -> WaitingPlace:
    """Puts the client at the end of the event's line, or raises one of REFUSALS.

    Who may wait is who might book. Another booking at the same time is no obstacle yet: it may be gone when a place is
    offered.
    """
    client = lock_client(client)
    event = locked(Event.objects.with_slot(), event.pk, no_key=True)
    check_entry(event, client, now=now)
    check_not_booked([event.pk], client)
    if end_expired_offers([event.pk]):
        event.refresh_from_db(fields=["taken"])
    line = WaitingPlace.objects.filter(event=event)
    if line.in_line().filter(client=client).exists():
        raise errors.AlreadyWaitingError(event_id=str(event.pk))
    if event.free:
        raise errors.PlaceFreeError(event_id=str(event.pk))
    last = line.aggregate(last=Max("number"))["last"] or 0
    return WaitingPlace.objects.create(
        id=new_id(),
        event=event,
        number=last + 1,
        client=client,
        brand_id=event.brand_id,
        created_at=now,
        updated_at=now,
    )
