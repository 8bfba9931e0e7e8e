"""Cancelling an event, with all the places in it."""

from datetime import datetime

from django.db import transaction
from django.db.models import F

from bookings import event_errors as errors
from bookings.models import Event, EventBooking
from bookings.rules.event_booking import CANCELLABLE, Role, Status
from bookings.rules.events import EventStatus
from bookings.selectors.event_bookings import occasion
from bookings.services.waiting_line import close_line
from notifications.public import Event as Happening
from notifications.public import announce_all
from scheduling.public import Subject, release
from tenants.errors import check_version
from tenants.locking import locked


@transaction.atomic
def cancel_event(
    *,
    event: Event,
    role: Role,
    reason_code: str,
    reason_text: str = "",
    now: datetime,
    expected: frozenset[int] | None = None,
) -> Event:
    """Cancels the event and its bookings by the same role, frees the coach's time and tells each client.

    Until the event ends; what is in dispute by then stays so. `expected` are the versions of which the caller
    cancels one, None for any. Raises GoneError, StaleVersionError, EventNotCancellableError.
    """
    # The event first and then its bookings, as everywhere: nobody waits in a circle.
    event = locked(Event.objects.with_slot(), event.pk, no_key=True)
    check_version(event.version, expected=expected)
    if event.status != EventStatus.SCHEDULED or now >= event.ends_at:
        ended = " and has ended" if event.status == EventStatus.SCHEDULED else ""
        raise errors.EventNotCancellableError(status=event.status, ended=ended)
    said = {
        "canceled_at": now,
        "canceled_by_role": role,
        "cancellation_reason_code": reason_code,
        "cancellation_reason_text": reason_text,
        "updated_at": now,
    }
    canceled = _cancel_bookings(event, said)
    for name, value in said.items():
        setattr(event, name, value)
    event.status = EventStatus.CANCELED
    event.taken -= len(canceled) + close_line(event, now=now)
    event.version += 1
    event.save()
    release(subject=Subject(Event.SUBJECT_KIND, event.pk))
    announce_all(event=Happening.CANCELLED, occasions=[occasion(booking) for booking in canceled], now=now)
    return event


def _cancel_bookings(event: Event, said: dict[str, object]) -> list[EventBooking]:
    standing = EventBooking.objects.filter(event=event, status__in=CANCELLABLE)
    standing = standing.select_related("client").select_for_update(of=("self",)).order_by("pk")
    canceled = list(standing)
    for booking in canceled:
        booking.event = event
        booking.schedule_version += 1
    EventBooking.objects.filter(pk__in=[booking.pk for booking in canceled]).update(
        status=Status.CANCELED, version=F("version") + 1, schedule_version=F("schedule_version") + 1, **said
    )
    for booking in canceled:
        booking.status = Status.CANCELED
    return canceled
