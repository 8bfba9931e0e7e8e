"""Reads of events and of the places in them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import Q

from bookings.errors import CoachOutsideBrandError
from bookings.event_errors import EventNotFoundError, UnknownCoachError
from bookings.models import Event, EventBooking, EventSettings
from bookings.rules.event_booking import WITH_PLACE
from scheduling.public import Client, StaffMember

MOST_LISTED: Final = 1000


def settings_of(brand_id: UUID) -> EventSettings:
    """What a brand wants of its events; the defaults where it has said nothing."""
    return EventSettings.objects.filter(brand=brand_id).first() or EventSettings(brand_id=brand_id)


def overlapping(client: Client, events: Sequence[Event]) -> tuple[UUID, UUID | None] | None:
    """One of the events that takes place while the client is in another one, and that other one, or None if it is of
    another brand; None alone where none does.

    What they have booked of an event itself is no overlap.
    """
    first, last = min(event.starts_at for event in events), max(event.ends_at for event in events)
    booked = EventBooking.objects.filter(
        client=client, status__in=WITH_PLACE, event__starts_at__lt=last, event__ends_at__gt=first
    ).order_by("event__starts_at", "event_id")
    columns = ("event_id", "brand_id", "event__starts_at", "event__ends_at")
    for other_id, brand_id, starts, ends in booked.values_list(*columns):
        for event in events:
            if event.pk != other_id and event.starts_at < ends and starts < event.ends_at:
                return event.pk, other_id if brand_id == event.brand_id else None
    return None


def listed_events(
    *,
    brand_id: UUID,
    since: datetime,
    until: datetime | None,
    coach_id: UUID | None,
    sport_id: UUID | None,
    seen_by: UUID | None,
    sees_all: bool,
) -> list[Event]:
    """The events of a brand that start in [since, until), earliest first, MOST_LISTED at the most.

    Those that are not public only for who sees all, and for their own coach (`seen_by`, a person).
    """
    events = Event.objects.with_slot().filter(brand=brand_id, starts_at__gte=since)
    if until is not None:
        events = events.filter(starts_at__lt=until)
    if coach_id is not None:
        events = events.filter(coach__person=coach_id)
    if sport_id is not None:
        events = events.filter(time_slot__sport=sport_id)
    if not sees_all:
        events = events.filter(Q(time_slot__is_public=True) | Q(coach__person=seen_by))
    return list(events.order_by("starts_at", "id")[:MOST_LISTED])


def event_of_brand(*, event_id: UUID, brand_id: UUID) -> Event:
    """Raises EventNotFoundError."""
    event = Event.objects.with_slot().filter(pk=event_id, brand=brand_id).first()
    if event is None:
        raise EventNotFoundError
    return event


def coach_of_brand(*, coach_id: UUID, brand_id: UUID) -> StaffMember:
    """The active coach who is this person. Raises UnknownCoachError, CoachOutsideBrandError."""
    known = StaffMember.objects.active().known_as(coach_id).with_is_in_brand(brand_id)
    coach = known.select_related("person", "resource").first()
    if coach is None:
        raise UnknownCoachError(coach_id=str(coach_id))
    if not coach.is_in_brand:  # type: ignore[attr-defined]  # annotated
        raise CoachOutsideBrandError
    return coach
