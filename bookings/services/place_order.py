"""Ordering places in several events at once."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from typing import Final
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q
from django.db.models.functions import Now

from bookings import event_errors as errors
from bookings.models import Event, EventBooking, Order, WaitingPlace
from bookings.rules.event_booking import Status
from bookings.rules.events import EventStatus
from bookings.selectors.event_bookings import occasion
from bookings.selectors.events import overlapping, settings_of
from bookings.services.event_entry import ENTRY_REFUSALS, check_entry, check_not_booked
from bookings.services.places import end_expired_offers, lock_events, take_offers, take_places
from notifications.public import Event as Happening
from notifications.public import announce_all
from scheduling.public import Client, lock_client
from tenants.errors import DomainError, GoneError
from tenants.ids import new_id

MOST_EVENTS: Final = 50
REFUSALS: Final[list[type[DomainError]]] = [
    errors.EventTwiceError,
    errors.UnknownEventError,
    *ENTRY_REFUSALS,
    errors.EventFullError,
    errors.OverlappingBookingError,
    GoneError,
]
_COUNT = """
    INSERT INTO bookings_coachcount AS known (client_id, coach_id, bookings)
    SELECT %s, coach, more FROM unnest(%s::bigint[], %s::integer[]) AS wanted (coach, more) ORDER BY coach
    ON CONFLICT (client_id, coach_id) DO UPDATE SET bookings = known.bookings + excluded.bookings
    RETURNING coach_id, bookings
"""


@transaction.atomic
def place_order(*, client: Client, brand_id: UUID, event_ids: Sequence[UUID], now: datetime) -> Order:
    """Books a place in each of the events, or in none of them and raises one of REFUSALS that names the event.

    Where an event wants approval its booking is pending, with its place taken. Each booking tells which of the client's
    bookings with its coach it is.
    """
    if len(set(event_ids)) < len(event_ids):
        twice = Counter(event_ids).most_common(1)[0][0]
        raise errors.EventTwiceError(event_id=str(twice))
    # Two orders of one client wait for each other: each sees what the other one booked. So does who erases them.
    client = lock_client(client)
    found = {event.pk: event for event in Event.objects.with_slot().filter(pk__in=event_ids, brand=brand_id)}
    events = [_known(found, event_id) for event_id in event_ids]
    for event in events:
        check_entry(event, client, now=now)
    check_not_booked(event_ids, client)
    have_offers = _have_offers(events, client)
    if not settings_of(brand_id).allows_overlaps:
        _check_overlaps(events, client)
    order = Order.objects.create(id=new_id(), client=client, brand_id=brand_id, created_at=now)
    bookings = EventBooking.objects.bulk_create(_bookings(order, events, now=now))
    announce_all(event=Happening.BOOKED, occasions=[occasion(booking) for booking in bookings], now=now)
    # Last, for the events stay locked from here on: whoever wants a place in one of them waits for the commit alone.
    got = _take_with_offers(event_ids, client) if have_offers else take_places(event_ids)
    for event in events:
        if event.pk not in got:
            raise _why_not(event)
    return order


def _known(found: dict[UUID, Event], event_id: UUID) -> Event:
    try:
        return found[event_id]
    except KeyError as error:
        raise errors.UnknownEventError(event_id=str(event_id)) from error


def _have_offers(events: Sequence[Event], client: Client) -> bool:
    """Whether places are kept for the client, or may be free because an offer to somebody else has expired. Raises
    EventFullError for an event that has neither nor a free one."""
    offers = WaitingPlace.objects.offered().filter(event__in=events)
    offers = offers.filter(Q(client=client) | Q(offered_until__lte=Now()))
    perhaps = set(offers.values_list("event_id", flat=True))
    for event in events:
        if not event.free and event.pk not in perhaps:
            raise _why_not(event)
    return bool(perhaps)


def _take_with_offers(event_ids: Sequence[UUID], client: Client) -> set[UUID]:
    """Takes the places, kept for the client or free; answers in which events there was one. What was kept for somebody
    too long goes to who waits next, and only then to who comes by."""
    lock_events(event_ids)
    end_expired_offers(event_ids)
    got = take_offers(event_ids, client_id=client.pk)
    return got | take_places(set(event_ids) - got)


def _check_overlaps(events: Sequence[Event], client: Client) -> None:
    """Neither two events of the order at once, nor one with what the client has booked."""
    ordered = sorted(events, key=lambda event: event.starts_at)
    for before, after in pairwise(ordered):
        if after.starts_at < before.ends_at:
            raise errors.OverlappingBookingError(event_id=after.pk, other_id=before.pk)
    if clash := overlapping(client, events):
        raise errors.OverlappingBookingError(event_id=clash[0], other_id=clash[1])


def _why_not(event: Event) -> DomainError:
    """Its place was gone, or the event, between the look and the taking."""
    status = Event.objects.values_list("status", flat=True).get(pk=event.pk)
    said = {"event_id": str(event.pk)}
    return errors.EventCanceledError(**said) if status == EventStatus.CANCELED else errors.EventFullError(**said)


def _bookings(order: Order, events: Sequence[Event], *, now: datetime) -> list[EventBooking]:
    """One for each event; of one coach's the earlier has the smaller number."""
    last = _count(order.client, events)
    bookings = []
    for event in sorted(events, key=lambda event: event.starts_at, reverse=True):
        slot = event.time_slot
        bookings.append(
            EventBooking(
                id=new_id(),
                order=order,
                event=event,
                client=order.client,
                brand_id=order.brand_id,
                status=Status.PENDING if slot.needs_approval else Status.ACCEPTED,
                price=slot.price,
                cardinality=last[slot.coach_id],
                created_at=now,
                updated_at=now,
            )
        )
        last[slot.coach_id] -= 1
    return bookings[::-1]


def _count(client: Client, events: Sequence[Event]) -> dict[int, int]:
    """Counts the events of each coach, and answers how many the client has booked with each by now."""
    more = Counter(event.time_slot.coach_id for event in events)
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [client.pk, list(more), list(more.values())])
        return dict(cursor.fetchall())
