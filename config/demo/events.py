"""Events of the demo tenants, with orders of places in them; those that the documentation's examples name."""

from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from bookings.models import DisputeReason, Event, EventBooking, Sport
from bookings.rules.event_booking import Role
from bookings.rules.events import Hours, SlotType, Terms
from bookings.services.cancel_event_booking import cancel_event_booking
from bookings.services.complete_event_booking import complete_event_booking
from bookings.services.join_waiting_list import join_waiting_list
from bookings.services.open_dispute import open_dispute
from bookings.services.place_order import place_order
from bookings.services.publish_event import publish_event
from config.demo.bookings import call
from config.demo.data import demo_id
from scheduling.models import Client, Location, StaffMember

_DAY = timedelta(days=1)
_SPORTS = ("Boxing", "Yoga")
_REASONS = {"no-show": "The coach did not come", "other": "Something else"}
_EVENING = (time(18), time(19, 30))
_MORNING = (time(8), time(9))
# Days from today → how many of the clients come.
_EVENINGS: Final = {1: 2, 2: 3, 4: 1, 6: 2, 8: 0}


class _Trainer:
    """Publishes events of one coach."""

    def __init__(self, tenant: str, coach: StaffMember, *, now: datetime) -> None:
        self._tenant = tenant
        self._coach = coach
        self._brand_id = coach.brands.get().pk
        self._now = now
        self._zone = ZoneInfo(coach.resource.timezone)
        self.today: date = now.astimezone(self._zone).date()

    def __call__(self, day: int, clock: tuple[time, time], terms: Terms, *, slot: str, name: str = "") -> Event:
        """On a day from today on, as if it had been published ten days before."""
        event = publish_event(
            coach=self._coach,
            brand_id=self._brand_id,
            slot_id=demo_id(self._tenant, "time-slot", slot),
            hours=Hours(starts=clock[0], ends=clock[1], zone=self._zone),
            terms=terms,
            day=self.today + day * _DAY,
            now=self._now - 10 * _DAY,
        )
        if name:
            call(event, demo_id(self._tenant, "event", name))
            event.pk = demo_id(self._tenant, "event", name)
        return event


def add_events(tenant: str, coach: StaffMember, clients: list[Client], *, now: datetime) -> None:
    """A coach's evenings with several places, mornings for one; to come, over, canceled and disputed."""
    for sport in _SPORTS:
        Sport.objects.create(id=demo_id(tenant, "sport", sport), name=sport)
    for name, text in _REASONS.items():
        DisputeReason.objects.create(id=demo_id(tenant, "dispute-reason", name), name=text)
    gym = Location.objects.create(
        id=demo_id(tenant, "address", "gym"), name="Gym on the quay", address="Quay 7", timezone="Europe/Moscow"
    )
    brand = coach.brands.get()
    own = [client for client in clients if brand in client.brands.all()]
    publish = _Trainer(tenant, coach, now=now)
    boxing = demo_id(tenant, "sport", _SPORTS[0])
    evening = Terms(participants=4, price=150_000, address_id=gym.pk, sport_id=boxing)
    alone = Terms(kind=SlotType.ONLINE, price=300_000, sport_id=boxing, needs_approval=True)
    for day, coming in _EVENINGS.items():
        event = publish(day, _EVENING, evening, slot="evening")
        for client in own[:coming]:
            _book(client, event, now=now - _DAY)
    for day, name in ((10, "ordered"), (12, "ordered-too"), (14, "to-cancel")):
        publish(day, _EVENING, evening, slot="evening", name=name)
    maya = own[0]
    for day, name in ((16, "booked"), (18, "to-cancel"), (20, "canceled")):
        _named(tenant, _book(maya, publish(day, _EVENING, evening, slot="evening"), now=now - _DAY), name)
    for day, name in ((3, "pending"), (5, "pending-too")):
        _named(tenant, _book(maya, publish(day, _MORNING, alone, slot="morning"), now=now - _DAY), name)
    for day, name in ((-1, "held"), (-2, "disputable"), (-3, "disputed"), (-4, "completed")):
        event = publish(day, _EVENING, evening, slot="evening")
        for client in own[1:]:
            _book(client, event, now=now - 5 * _DAY)
        _named(tenant, _book(maya, event, now=now - 5 * _DAY), name)
    _add_full(tenant, own, publish, Terms(price=400_000, sport_id=boxing), now=now)
    _as_it_went(tenant, now=now)


def _add_full(tenant: str, clients: list[Client], publish: _Trainer, terms: Terms, *, now: datetime) -> None:
    """Events for one, which are full; for all but the first somebody waits."""
    for day, name in ((22, "full"), (24, "waited"), (26, "to-leave")):
        event = publish(day, _EVENING, terms, slot="single", name=name)
        _book(clients[-1], event, now=now - _DAY)
        if name != "full":
            place = join_waiting_list(client=clients[0], event=event, now=now - _DAY)
            call(place, demo_id(tenant, "waiting", name))


def _as_it_went(tenant: str, *, now: datetime) -> None:
    canceled, disputed, completed = (
        EventBooking.objects.get(pk=demo_id(tenant, "place", name)) for name in ("canceled", "disputed", "completed")
    )
    cancel_event_booking(booking=canceled, role=Role.ATHLETE, reason_code="NoTime", now=now)
    open_dispute(
        booking=disputed,
        disputer_id=disputed.client.person_id,
        reason_id=demo_id(tenant, "dispute-reason", "no-show"),
        comment="I waited for half an hour.",
        now=now,
    )
    complete_event_booking(booking=completed, completed=True, now=now)


def _book(client: Client, event: Event, *, now: datetime) -> EventBooking:
    order = place_order(client=client, brand_id=event.brand_id, event_ids=[event.pk], now=now)
    return order.bookings.get()


def _named(tenant: str, booking: EventBooking, name: str) -> None:
    call(booking, demo_id(tenant, "place", name))
