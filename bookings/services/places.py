"""Places of events: taking one, giving it back to who waits for it, and the locks of those who change what is booked.

Postgres decides who gets a place: an UPDATE with a condition, and a CHECK behind it. Whoever locks several rows does so
in one order: the client, events by their ids, bookings by theirs. So nobody waits in a circle.
"""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.db.models.functions import Now

from bookings import event_errors as errors
from bookings.models import Event, EventBooking, WaitingPlace
from bookings.rules.event_booking import HELD
from bookings.rules.events import EventStatus
from bookings.rules.waiting import WaitingState
from bookings.selectors.waiting import waiting_occasion
from bookings.services.waiting_line import offer_next, step
from notifications.public import Event as Happening
from notifications.public import announce_all
from scheduling.rules.wall_time import rfc3339
from tenants.leases import database_now
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


def lock_events(event_ids: Collection[UUID]) -> None:
    """Whoever changes their bookings or their lines waits until the transaction ends."""
    list(Event.objects.select_for_update(no_key=True).filter(pk__in=event_ids).order_by("pk").values_list("pk"))


def take_offers(event_ids: Collection[UUID], *, client_id: int) -> set[UUID]:
    """Books the places that are kept for the client, which count as taken already; answers in which events.

    To be called with the events locked.
    """
    offers = WaitingPlace.objects.offered().filter(event__in=event_ids, client=client_id, offered_until__gt=Now())
    taken = list(offers)
    now = database_now()
    for place in taken:
        step(place, WaitingState.BOOKED, now=now)
    return {place.event_id for place in taken}


def give_place_back(event_id: UUID) -> None:
    """Offers the place to who waits next, or else frees it. To be called with the event locked."""
    if not offer_next(event_id):
        with connection.cursor() as cursor:
            cursor.execute(_GIVE_BACK, [event_id])


def end_expired_offers(event_ids: Collection[UUID]) -> bool:
    """Gives the places back whose offers have expired, and tells whom they were offered; whether there were any.

    To be called with the events locked.
    """
    expired = list(WaitingPlace.objects.with_event().expired().filter(event__in=event_ids))
    if not expired:
        return False
    now = database_now()
    for place in expired:
        step(place, WaitingState.EXPIRED, now=now)
        give_place_back(place.event_id)
    announce_all(event=Happening.OFFER_EXPIRED, occasions=[waiting_occasion(place) for place in expired], now=now)
    return True


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
