"""How full events are."""

from typing import Any

from django.db.models import Count, IntegerField, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from bookings.models import Dispute, Event, EventBooking, WaitingPlace
from bookings.rules.event_booking import CANCELLABLE, Status
from bookings.rules.events import EventStatus
from bookings.rules.waiting import IN_LINE, WaitingState


def with_fill(events: QuerySet[Event]) -> QuerySet[Event]:
    """Each with `pending` (places taken that wait for a decision), `offered` (taken, for who waits) and
    `waiting_count`."""
    return events.annotate(
        pending=_count(EventBooking.objects.filter(status=Status.PENDING)),
        offered=_count(WaitingPlace.objects.filter(state=WaitingState.OFFERED)),
        waiting_count=_count(WaitingPlace.objects.filter(state=WaitingState.WAITING)),
    )


def affected(event: Event) -> tuple[int, int]:
    """Of how many an event's cancelling takes a place in it or in its line."""
    booked = event.bookings.filter(status__in=CANCELLABLE).count()
    return booked, event.waiting.filter(state__in=IN_LINE).count()


def to_decide(bookings: QuerySet[EventBooking], *, now: Any) -> QuerySet[EventBooking]:
    """Those that wait for a decision which is still of use, the oldest first."""
    open_ones = bookings.filter(status=Status.PENDING, event__ends_at__gt=now, event__status=EventStatus.SCHEDULED)
    return open_ones.order_by("created_at", "pk")


def open_disputes(disputes: QuerySet[Dispute]) -> QuerySet[Dispute]:
    return disputes.filter(Q(resolved_at=None))


def _count(rows: QuerySet[Any]) -> Coalesce:
    counted = rows.filter(event=OuterRef("pk")).order_by().values("event").annotate(number=Count("pk"))
    return Coalesce(Subquery(counted.values("number"), output_field=IntegerField()), Value(0))
