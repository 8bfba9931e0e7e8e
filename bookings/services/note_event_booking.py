"""Noting something about a place in an event."""

from datetime import datetime

from django.db import transaction

from bookings.models import EventBooking
from bookings.services.places import check_held, locked_booking
from tenants.errors import check_version


@transaction.atomic
def note_event_booking(
    *, booking: EventBooking, note: str, now: datetime, expected: frozenset[int] | None = None
) -> EventBooking:
    """Sets the note, once the event is over. The client reads it.

    `expected` are the versions of which the caller means one, None for any. Raises GoneError, StaleVersionError,
    NotHeldError, EventNotOverError.
    """
    booking = locked_booking(booking)
    check_version(booking.version, expected=expected)
    check_held(booking, now=now)
    booking.note = note
    booking.updated_at = now
    booking.version += 1
    booking.save(update_fields=["note", "version", "updated_at"])
    return booking
