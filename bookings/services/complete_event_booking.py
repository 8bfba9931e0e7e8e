"""Saying whether a place in an event was used."""

from datetime import datetime

from django.db import transaction

from bookings.models import EventBooking
from bookings.selectors.event_bookings import occasion
from bookings.services.places import check_held, locked_booking
from notifications.public import Event, announce
from tenants.errors import check_version


@transaction.atomic
def complete_event_booking(
    *, booking: EventBooking, completed: bool, now: datetime, expected: frozenset[int] | None = None
) -> EventBooking:
    """Sets the flag, or takes it back, once the event is over. To what it is already changes nothing.

    `expected` are the versions of which the caller means one, None for any. Raises GoneError, StaleVersionError,
    NotHeldError, EventNotOverError.
    """
    booking = locked_booking(booking)
    check_version(booking.version, expected=expected)
    check_held(booking, now=now)
    if booking.completed == completed:
        return booking
    booking.completed = completed
    booking.updated_at = now
    booking.version += 1
    booking.schedule_version += 1
    booking.save(update_fields=["completed", "version", "schedule_version", "updated_at"])
    # Taken back, it is no event of its own: what was planned of its being completed is dropped.
    announce(event=Event.COMPLETED if completed else Event.BEFORE_START, occasion=occasion(booking), now=now)
    return booking
