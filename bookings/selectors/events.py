"""Reads of events and of the places in them."""

from collections.abc import Sequence
from uuid import UUID

from bookings.models import Event, EventBooking, EventSettings
from bookings.rules.event_booking import WITH_PLACE
from scheduling.public import Client


def settings_of(brand_id: UUID) -> EventSettings:
    """What a brand wants of its events; the defaults where it has said nothing."""
    return EventSettings.objects.filter(brand=brand_id).first() or EventSettings(brand_id=brand_id)


def overlapping(client: Client, events: Sequence[Event]) -> tuple[UUID, UUID] | None:
    """One of the events that takes place while the client is in another one, and that other one; None where none does.

    What they have booked of an event itself is no overlap.
    """
    first, last = min(event.starts_at for event in events), max(event.ends_at for event in events)
    booked = EventBooking.objects.filter(
        client=client, status__in=WITH_PLACE, event__starts_at__lt=last, event__ends_at__gt=first
    ).order_by("event__starts_at", "event_id")
    for other_id, starts, ends in booked.values_list("event_id", "event__starts_at", "event__ends_at"):
        for event in events:
            if event.pk != other_id and event.starts_at < ends and starts < event.ends_at:
                return event.pk, other_id
    return None
