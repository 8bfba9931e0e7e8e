"""Places in events, and what messages and calendars say of them."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, Prefetch, QuerySet
from django.db.models.functions import Now

from bookings.event_errors import UnknownUserError
from bookings.models import Event, EventBooking, Order, TimeSlot
from bookings.rules.event_booking import HELD, Status
from bookings.rules.events import EventStatus
from notifications.public import NOBODY, Occasion, Stage, SubjectFacts
from scheduling.public import Client
from tenants.brands.models import Brand

# Whether the client was there, `completed` says.
_STAGES = {
    Status.PENDING: Stage.PENDING,
    Status.ACCEPTED: Stage.STANDS,
    Status.IN_DISPUTE: Stage.OVER,
    Status.DISPUTE_DONE: Stage.OVER,
    Status.CANCELED: Stage.OFF,
    Status.REJECTED: Stage.DECLINED,
}


def _stage(booking: EventBooking) -> Stage:
    if booking.completed:
        return Stage.OVER
    return _STAGES[Status(booking.status)]


def occasion(booking: EventBooking) -> Occasion:
    """What planning messages needs of a booking with its client, event and coach."""
    event = booking.event
    return Occasion(
        kind=EventBooking.SUBJECT_KIND,
        id=booking.pk,
        schedule_version=booking.schedule_version,
        stage=_stage(booking),
        brand_id=booking.brand_id,
        service_id=event.time_slot_id,
        client_id=booking.client.person_id,
        staff_ids=(event.coach.person_id,),
        starts_at=event.starts_at,
        ends_at=event.ends_at,
    )


def booking_facts(ids: Sequence[UUID]) -> dict[UUID, SubjectFacts]:
    """What messages and calendars say of places in events."""
    return {booking.pk: _facts(booking) for booking in EventBooking.objects.with_event().filter(pk__in=ids)}


def _facts(booking: EventBooking) -> SubjectFacts:
    slot, coach = booking.event.time_slot, booking.event.coach.person.name
    return SubjectFacts(
        occasion=occasion(booking),
        status=booking.status,
        is_cancelled=booking.status in {Status.CANCELED, Status.REJECTED},
        title=event_title(booking.event, booking.brand),
        staff_name=coach,
        client_name=booking.client.person.name,
        location=slot.place,
        cancel_reason=booking.cancellation_reason_text,
        service=slot.sport.name if slot.sport else "",
        is_place=True,
        changed_at=booking.updated_at,
    )


def event_title(event: Event, brand: Brand) -> str:
    """What an event is called for those who come."""
    sport, coach = event.time_slot.sport, event.coach.person.name
    return f"{sport} with {coach} ({brand.name})" if sport else f"{coach} ({brand.name})"


def event_facts(ids: Sequence[UUID]) -> dict[UUID, SubjectFacts]:
    """What the calendars of coaches say of events, instead of each place in them."""
    return {event.pk: _facts_of_event(event) for event in Event.objects.with_slot().filter(pk__in=ids)}


def _facts_of_event(event: Event) -> SubjectFacts:
    what = event.time_slot.sport.name if event.time_slot.sport else event.coach.person.name
    is_cancelled = event.status == EventStatus.CANCELED
    return SubjectFacts(
        occasion=Occasion(
            kind=Event.SUBJECT_KIND,
            id=event.pk,
            schedule_version=event.version - 1,
            stage=Stage.OFF if is_cancelled else Stage.STANDS,
            brand_id=event.brand_id,
            service_id=event.time_slot_id,
            client_id=NOBODY,
            staff_ids=(event.coach.person_id,),
            starts_at=event.starts_at,
            ends_at=event.ends_at,
        ),
        status=event.status,
        is_cancelled=is_cancelled,
        title=f"{what}, {event.taken} of {event.capacity} places taken ({event.brand.name})",
        staff_name=event.coach.person.name,
        client_name="",
        location=event.time_slot.place,
        changed_at=event.updated_at,
    )


def lock_upcoming(after: UUID | None, limit: int, since: datetime) -> list[Occasion]:
    """Places to plan messages for: of events that end after `since`, and that stand or were held, by id; locked."""
    bookings = EventBooking.objects.filter(event__ends_at__gt=since, status__in=HELD)
    if after is not None:
        bookings = bookings.filter(pk__gt=after)
    return [occasion(booking) for booking in _locked(bookings.order_by("pk")[:limit])]


def lock_occasion(booking_id: UUID) -> Occasion | None:
    """One place, locked; None when it is gone."""
    return next((occasion(booking) for booking in _locked(EventBooking.objects.filter(pk=booking_id))), None)


def _locked(bookings: QuerySet[EventBooking]) -> QuerySet[EventBooking]:
    return bookings.select_for_update(of=("self",)).select_related("client", "event__coach")


def offered_slots(brand_ids: set[UUID] | None) -> list[tuple[UUID, str]]:
    """The time slots of some brands, None for all, that have events to come, as staff calls them."""
    ahead = Event.objects.filter(time_slot=OuterRef("pk"), ends_at__gt=Now())
    slots = TimeSlot.objects.filter(Exists(ahead)).select_related("coach__person", "sport").order_by("coach_id", "pk")
    if brand_ids is not None:
        slots = slots.filter(brand__in=brand_ids)
    return [(slot.pk, f"{slot.coach}, {slot}") for slot in slots]


def bookings_of_person(person_id: UUID, since: datetime, until: datetime) -> list[UUID]:
    """The places of a client in events that overlap a period, called off or not."""
    bookings = EventBooking.objects.filter(
        client__person=person_id, event__starts_at__lt=until, event__ends_at__gt=since
    )
    return list(bookings.order_by("event__starts_at").values_list("pk", flat=True))


def booking_of_brand(*, booking_id: UUID, brand_id: UUID) -> EventBooking | None:
    return EventBooking.objects.with_event().known().filter(pk=booking_id, brand=brand_id).first()


def athlete(*, user_id: UUID, brand_id: UUID) -> Client:
    """The brand's client who is this person. Raises UnknownUserError."""
    client = Client.objects.filter(person=user_id, brands=brand_id, person__erased_at__isnull=True).first()
    if client is None:
        raise UnknownUserError(user_id=str(user_id))
    return client


def bookings_of_user(
    user_id: UUID, *, brand_id: UUID, since: datetime | None = None, until: datetime | None = None
) -> Iterator[EventBooking]:
    """Of events that start in [since, until), by start; without those that they have dismissed."""
    bookings = EventBooking.objects.with_event().known()
    bookings = bookings.filter(client__person=user_id, brand=brand_id, dismissed_at=None)
    if since is not None:
        bookings = bookings.filter(event__starts_at__gte=since)
    if until is not None:
        bookings = bookings.filter(event__starts_at__lt=until)
    return bookings.order_by("event__starts_at", "pk").iterator()


def bookings_of_event(event: Event, *, seen_by: UUID | None) -> Iterator[EventBooking]:
    """In the order in which they were made; those of one person (`seen_by`), or of all for None."""
    bookings = EventBooking.objects.with_event().known().filter(event=event)
    if seen_by is not None:
        bookings = bookings.filter(client__person=seen_by)
    return bookings.order_by("created_at", "pk").iterator()


def orders_of_user(
    user_id: UUID, *, brand_id: UUID, since: datetime | None = None, until: datetime | None = None
) -> QuerySet[Order]:
    """Placed in [since, until), the latest first, with their bookings. Two statements."""
    orders = Order.objects.filter(client__person=user_id, client__person__erased_at=None, brand=brand_id)
    if since is not None:
        orders = orders.filter(created_at__gte=since)
    if until is not None:
        orders = orders.filter(created_at__lt=until)
    return with_bookings(orders)


def with_bookings(orders: QuerySet[Order]) -> QuerySet[Order]:
    """With all that is said of orders."""
    bookings = EventBooking.objects.with_event().order_by("event__starts_at", "pk")
    return orders.select_related("client").prefetch_related(Prefetch("bookings", bookings))
