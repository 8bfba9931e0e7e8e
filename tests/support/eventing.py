"""Events, orders and bookings for the tests, made by the services that make real ones."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models.functions import Now

from bookings.models import DisputeReason, Event, EventBooking, EventSettings, Order, Sport, WaitingPlace
from bookings.rules.event_booking import WITH_PLACE
from bookings.rules.events import Hours, Terms
from bookings.rules.waiting import WaitingState
from bookings.services.join_waiting_list import join_waiting_list
from bookings.services.open_dispute import open_dispute
from bookings.services.place_order import place_order
from bookings.services.publish_event import publish_event
from scheduling.models import Client, Location, StaffMember
from scheduling.rules.people import Gender
from tenants.brands.models import Brand
from tests.support import cast

LONG_AGO = timedelta(days=1)


def make_event(
    coach: StaffMember,
    starts_at: datetime,
    *,
    places: int = 2,
    minutes: int = 60,
    brand: Brand | None = None,
    zone: str = "UTC",
    now: datetime | None = None,
    slot_id: Any = None,
    **terms: Any,
) -> Event:
    """Of a time slot of its own, published the day before it begins; for everybody and free of charge."""
    wall = starts_at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    return publish_event(
        coach=coach,
        brand_id=(brand or cast.main_brand()).pk,
        slot_id=slot_id,
        hours=Hours(starts=wall.time(), ends=(wall + timedelta(minutes=minutes)).time(), zone=ZoneInfo(zone)),
        terms=Terms(participants=places, **terms),
        day=wall.date(),
        now=now or starts_at - LONG_AGO,
    )


def order(client: Client, *events: Event, now: datetime | None = None) -> Order:
    """Placed the day before the first event begins."""
    return place_order(
        client=client,
        brand_id=events[0].brand_id,
        event_ids=[event.pk for event in events],
        now=now or min(event.starts_at for event in events) - LONG_AGO,
    )


def make_place(event: Event, client: Client, *, now: datetime | None = None) -> EventBooking:
    """A booking of one event."""
    return EventBooking.objects.with_event().get(order=order(client, event, now=now))


def make_reason(name: str = "The coach did not come") -> DisputeReason:
    return DisputeReason.objects.get_or_create(name=name)[0]


def make_sport(name: str = "Boxing") -> Sport:
    return Sport.objects.get_or_create(name=name)[0]


def make_address(name: str = "Gym") -> Location:
    return Location.objects.create(name=name, address="Quay 7", timezone="UTC")


def make_held_place(coach: StaffMember, client: Client, *, days_ago: int = 1, **terms: Any) -> EventBooking:
    """Of an event that is over."""
    return make_place(make_event(coach, cast.tomorrow_at(6, days=-days_ago), **terms), client)


def make_dispute(booking: EventBooking, *, comment: str = "") -> EventBooking:
    """By the athlete, at the end."""
    return open_dispute(
        booking=booking,
        disputer_id=booking.client.person_id,
        reason_id=make_reason().pk,
        comment=comment,
        now=booking.event.ends_at,
    )


def sent_event(coach: StaffMember, starts_at: datetime, *, minutes: int = 60, **slot: Any) -> dict[str, Any]:
    """The body of POST /v1/events, with wall times of the coach's zone on that day."""
    zone = ZoneInfo(coach.resource.timezone)
    starts, ends = (at.astimezone(zone) for at in (starts_at, starts_at + timedelta(minutes=minutes)))
    return {
        "coachId": str(coach.person_id),
        "startTime": starts.isoformat(),
        "endTime": ends.isoformat(),
        "timeslot": {
            "startTime": starts.isoformat()[11:],
            "endTime": ends.isoformat()[11:],
            "numberOfParticipants": 8,
            "slotType": "Offline",
            "ageFrom": 18,
            "ageTo": 99,
            "duration": minutes,
            "price": 150_000,
            "priceCurrency": "RUB",
            "paymentMethod": "Cash",
            **slot,
        },
    }


def sent_order(client: Client, *events: Event, **more: Any) -> dict[str, Any]:
    """The body of POST /v1/bookings."""
    return {
        "userId": str(client.person_id),
        "eventIds": [str(event.pk) for event in events],
        "paymentMethod": {"type": "Cash"},
        **more,
    }


def allow_overlaps(brand: Brand | None = None) -> None:
    EventSettings.objects.update_or_create(brand=brand or cast.main_brand(), defaults={"allows_overlaps": True})


def make_person(client: Client, *, born: date | None = None, gender: Gender | None = None) -> Client:
    """Says of a client when they were born and what they are."""
    client.person.birth_date = born
    client.person.gender = gender or ""
    client.person.save()
    return client


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """An instant of January 2030, far from now and from any clock change of Europe or America."""
    return datetime(2030, 1, day, hour, minute, tzinfo=UTC)


def wait_for(event: Event, client: Client, *, now: datetime | None = None) -> WaitingPlace:
    """At the end of the event's line."""
    return join_waiting_list(client=client, event=event, now=now or event.starts_at - LONG_AGO)


def let_offers_expire() -> None:
    """All that stand, a second ago by the database's clock; nobody has noticed yet."""
    WaitingPlace.objects.offered().update(offered_until=Now() - timedelta(seconds=1))


def miscounted() -> list[str]:
    """The events whose places are not counted as they must be, or in which somebody waits though a place is free."""
    found = []
    for event in Event.objects.all():
        booked = EventBooking.objects.filter(event=event, status__in=WITH_PLACE).count()
        offered = WaitingPlace.objects.offered().filter(event=event).count()
        waiting = WaitingPlace.objects.filter(event=event, state=WaitingState.WAITING).count()
        if event.taken != booked + offered or event.taken > event.capacity or (waiting and event.free):
            found.append(f"{event.taken} of {event.capacity} taken: {booked} booked, {offered} offered, {waiting} wait")
    return found


def make_full_event(coach: StaffMember, starts_at: datetime, **more: Any) -> Event:
    """Its one place is taken, by nobody in particular."""
    event = make_event(coach, starts_at, places=1, **more)
    Event.objects.filter(pk=event.pk).update(taken=1)
    return event
