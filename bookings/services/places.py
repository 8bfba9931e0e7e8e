"""Places of events: taking one, giving it back, and the locks of those who change what is booked.

Postgres decides who gets a place: an UPDATE with a condition, and a CHECK behind it. Whoever locks several rows does so
in one order: the client, events by their ids, bookings by theirs. So nobody waits in a circle.
"""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import connection

from bookings import event_errors as errors
from bookings.models import Event, EventBooking
from bookings.rules.event_booking import HELD
from bookings.rules.events import EventStatus
from scheduling.rules.wall_time import rfc3339
from tenants.locking import locked

_TAKE = """
    WITH wanted AS (SELECT id FROM bookings_event WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE)
    UPDATE bookings_event AS event SET taken = event.taken + 1
    FROM wanted WHERE event.id = wanted.id AND event.taken < event.capacity AND event.status = %s
    RETURNING event.id
"""
_GIVE_BACK = "UPDATE bookings_event SET taken = taken - 1 WHERE id = %s"


def take_places(event_ids: Collection[UUID]) -> set[UUID]:
    """Takes one place in each of the events that stand and have one; answers in which."""
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, [sorted(event_ids), EventStatus.SCHEDULED])
        return {row[0] for row in cursor.fetchall()}


def give_place_back(event_id: UUID) -> None:
    """To be called with the event locked."""
    with connection.cursor() as cursor:
        cursor.execute(_GIVE_BACK, [event_id])


def locked_with_event(booking: EventBooking) -> EventBooking:
    """The booking as it is now, with its event locked before it. Raises GoneError."""
    locked(Event.objects, booking.event_id, no_key=True)
    return locked_booking(booking)


def locked_booking(booking: EventBooking) -> EventBooking:
    """The booking as it is now, with all that is said of it. Raises GoneError."""
    return locked(EventBooking.objects.with_event(), booking.pk, no_key=True)


def check_held(booking: EventBooking, *, now: datetime) -> None:
    """Raises NotHeldError and EventNotOverError for what did not take place."""
    if booking.status not in HELD:
        raise errors.NotHeldError(status=booking.status)
    if now < booking.event.ends_at:
        raise errors.EventNotOverError(ends_at=rfc3339(booking.event.ends_at))
