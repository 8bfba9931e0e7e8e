"""The line of an event. Whoever changes it has locked the event: so it is changed by one at a time."""

from datetime import datetime
from uuid import UUID

from django.db.models import F

from bookings.models import Event, WaitingPlace
from bookings.rules.events import EventStatus
from bookings.rules.waiting import WaitingState, offer_ends
from bookings.selectors.events import settings_of
from bookings.selectors.waiting import waiting_occasion
from notifications.public import Event as Happening
from notifications.public import announce
from tenants.leases import database_now


def offer_next(event_id: UUID) -> bool:
    """Keeps a place that became free for who waits next, for as long as their brand says, and tells them; whether
    anybody waits. The place stays counted. After the event's start nobody is offered anything."""
    waiting = WaitingPlace.objects.with_event().filter(event=event_id, state=WaitingState.WAITING)
    place = waiting.order_by("number").first()
    if place is None or place.event.status != EventStatus.SCHEDULED:
        return False
    now = database_now()
    minutes = settings_of(place.brand_id).offer_minutes
    until = offer_ends(minutes=minutes, starts_at=place.event.starts_at, now=now)
    if until is None:
        return False
    step(place, WaitingState.OFFERED, now=now, until=until)
    announce(event=Happening.PLACE_OFFERED, occasion=waiting_occasion(place), now=now)
    return True


def step(place: WaitingPlace, to: WaitingState, *, now: datetime, until: datetime | None = None) -> None:
    """Writes the new state, with the end of the offer where it is one. What was planned to tell of the old one is no
    longer true."""
    place.state = to
    place.offered_until = until
    place.version += 1
    place.schedule_version += 1
    place.updated_at = now
    place.save(update_fields=["state", "offered_until", "version", "schedule_version", "updated_at"])


def close_line(event: Event, *, now: datetime) -> int:
    """Ends the line of an event to which nobody can come any more; answers how many places were being offered."""
    line = WaitingPlace.objects.in_line().filter(event=event)
    offered = line.offered().count()
    line.update(
        state=WaitingState.CLOSED,
        offered_until=None,
        version=F("version") + 1,
        schedule_version=F("schedule_version") + 1,
        updated_at=now,
    )
    return offered
