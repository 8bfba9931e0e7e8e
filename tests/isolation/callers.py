"""Everybody who may knock at the API, and the things that they would like to see or change.

In north, brand main: Bob and Carol are clients, Ada and Eve coach, and each of them has what could leak. In
north, brand kids: the client Kim and a coach. In south: other people.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from accounts.models import User
from accounts.scopes import ACT_AS, SCOPES
from bookings.models import CoachBooking, OfficeHour, Order, TimeSlot, WaitingPlace
from bookings.models import Event as BookedEvent
from bookings.services.book_coach import book_coach
from notifications.models import CalendarFeed, Message, Suppression
from scheduling.models import Client, Person, StaffMember
from tenants.brands.models import Brand
from tenants.context import use, use_public
from tests.api.scene import make_scene
from tests.support import cast, eventing, visiting
from tests.support.http import Rest
from tests.support.routes import Operation
from visits.models import Slot, Visit

_LACKING = "all scopes but the right one"
# These have a line for each scope that the operation asks for.
_BY_SCOPE = ("only SCOPE", "only SCOPE and act-as, for the client", "only SCOPE, naming the client")


@dataclass(frozen=True, slots=True)
class World:
    north: Any
    south: Any
    kids_host: str
    bob: Client
    carol: Client
    kim: Client
    ada: StaffMember
    eve: StaffMember
    ina: StaffMember
    far_client: Client
    far_coach: StaffMember
    # For each operation: how its address is filled in, and a body that it is content with.
    values: Mapping[str, Any]
    bodies: Mapping[str, Any]
    queries: Mapping[str, str]
    # What is seen by whoever reads this text.
    marks: Mapping[str, str]


def make_world(north: Any, south: Any) -> World:
    scene = make_scene(north)
    ada = StaffMember.objects.get(person_id=scene.values["coaches.coach_id"])
    bob = Client.objects.get(person_id=scene.values["clients.pk"])
    eve, carol = cast.make_coach("Eve Coach"), cast.make_client("Carol Client")
    waited = BookedEvent.objects.get(pk=scene.values["events.id.list"])
    eventing.wait_for(waited, carol)
    kids = cast.make_brand("kids")
    ina, kim = cast.make_coach("Ina Coach", brand=kids), cast.make_client("Kim Client", brand=kids)
    cast.make_office_hour(eve)
    cast.make_office_hour(ina, brand=kids)
    slot = cast.tomorrow_at(9)
    now = slot - timedelta(days=1)
    book_coach(coach_id=ina.person_id, patient_id=kim.person_id, brand_id=kids.pk, slot_at=slot, notes=None, now=now)
    cast.make_booking(ada, carol, slot_at=cast.tomorrow_at(11))
    visit_type = visiting.make_visit_type("kids", brand=kids)
    visiting.register(ina, brand=kids)
    visiting.make_visit(visiting.make_slot(ina, cast.tomorrow_at(18), brand=kids), kim, visit_type)
    carols = visiting.make_slot(ada, cast.tomorrow_at(17))
    visiting.make_visit(carols, carol, visiting.make_visit_type("second-talk"))
    _add_events(ada, eve, carol)
    eventing.make_place(eventing.make_event(ina, cast.tomorrow_at(10, days=5), brand=kids), kim)
    cast.make_suppression("kim", brand=kids)
    cast.make_suppression("all")
    with use(south):
        far_coach, far_client = cast.make_coach("Far Coach"), cast.make_client("Far Client")
        cast.make_suppression("far", brand=cast.main_brand())
        cast.make_office_hour(far_coach)
        cast.make_booking(far_coach, far_client, slot_at=cast.tomorrow_at(9))
        visiting.register(far_coach)
        far_slot = visiting.make_slot(far_coach, cast.tomorrow_at(18))
        visiting.make_visit(far_slot, far_client, visiting.make_visit_type())
        eventing.make_place(eventing.make_event(far_coach, cast.tomorrow_at(10, days=5)), far_client)
        marks = _mark_all()
    return World(
        north=north, south=south, kids_host=cast.brand_host(north, kids), bob=bob, carol=carol, kim=kim, ada=ada,
        eve=eve, ina=ina, far_client=far_client, far_coach=far_coach,
        values=scene.values, bodies=scene.bodies,
        queries={**scene.queries, "GET /v1/audit": "?limit=200"},  # all of it
        marks={**marks, **_mark_all(), **_mark_line(waited)},
    )  # fmt: skip


def _add_events(ada: StaffMember, eve: StaffMember, carol: Client) -> None:
    """Carol's place beside Bob's, her own ones, and events that are not for everybody to find."""
    beside = BookedEvent.objects.filter(coach=ada, bookings__status="Accepted", starts_at__gt=cast.tomorrow_at(0))
    eventing.make_place(beside.get(), carol)
    eventing.make_place(eventing.make_event(eve, cast.tomorrow_at(12, days=5)), carol)
    for coach in (ada, eve):
        eventing.make_event(coach, cast.tomorrow_at(14, days=5), is_public=False)


def _mark_line(event: BookedEvent) -> dict[str, str]:
    """Of one event: refusals say the address that was asked, and those of others' lines their ids."""
    line = WaitingPlace.objects.filter(event=event).values_list("pk", "client__person__given_name")
    return {str(pk): f"{name.lower()}'s-waiting" for pk, name in line}


def _mark_all() -> dict[str, str]:
    """Puts a text of its own into everything of the current tenant; answers which text means what."""
    marks = {}
    for person in Person.objects.all():
        name = person.given_name.lower()
        Person.objects.filter(pk=person.pk).update(family_name=f"canary-{name}")
        marks[f"canary-{name}"] = name
    for suppression in Suppression.objects.all():
        marks[suppression.address] = f"{suppression.note}'s-suppression"
    for booking in CoachBooking.objects.select_related("client__person"):
        name = f"{booking.client.person.given_name.lower()}'s-booking"
        CoachBooking.objects.filter(pk=booking.pk).update(notes=f"canary-{name}")
        marks[f"canary-{name}"] = name
    for visit in Visit.objects.select_related("client__person"):
        name = f"{visit.client.person.given_name.lower()}'s-visit"
        link = f"https://meet.example.com/{visit.pk}"
        Visit.objects.filter(pk=visit.pk).update(notes=f"canary-{name}", meeting_url=link)
        marks[f"canary-{name}"] = name
        marks[link] = f"{visit.client.person.given_name.lower()}'s-link"
    for slot in Slot.objects.select_related("provider__person"):
        marks[str(slot.pk)] = f"{slot.provider.person.given_name.lower()}'s-slot"
    for feed in CalendarFeed.objects.with_owner():
        marks[str(feed.pk)] = f"{feed.owner_name.partition(' ')[0].lower()}'s-feed"
    for office_hour in OfficeHour.objects.select_related("coach__person"):
        marks[str(office_hour.pk)] = f"{office_hour.coach.person.given_name.lower()}'s-hours"
    for message in Message.objects.select_related("recipient"):
        assert message.recipient
        marks[str(message.pk)] = f"{message.recipient.given_name.lower()}'s-message"
    return marks | _mark_events()


def _mark_events() -> dict[str, str]:
    """Not by the ids of events and bookings themselves: refusals say the address that was asked."""
    marks = {}
    for time_slot in TimeSlot.objects.select_related("coach__person"):
        what = "event" if time_slot.is_public else "private-event"
        marks[str(time_slot.pk)] = f"{time_slot.coach.person.given_name.lower()}'s-{what}"
    for order in Order.objects.select_related("client__person"):
        marks[str(order.pk)] = f"{order.client.person.given_name.lower()}'s-order"
    return marks


@dataclass(frozen=True, slots=True)
class Caller:
    rest: Rest
    host: str | None = None
    # Of whom nothing in north may change, whatever they are answered.
    elsewhere: bool = False


Make = Callable[[World], Caller]


def names_for(operation: Operation) -> list[str]:
    """Everybody of whom the table must say what this operation answers them."""
    return [*_CALLERS, _LACKING, *(name for pattern in _BY_SCOPE for name in spelled_out(pattern, operation))]


def spelled_out(name: str, operation: Operation) -> list[str]:
    """`only SCOPE`: once for each scope of which the operation needs one."""
    return [name.replace("SCOPE", scope) for scope in sorted(operation.scopes)] if "SCOPE" in name else [name]


def caller(name: str, *, operation: Operation, world: World) -> Caller:
    if name in _CALLERS:
        return _CALLERS[name](world)
    if name == _LACKING:
        others = [scope for scope in SCOPES if scope not in operation.scopes]
        return Caller(Rest(world.north, cast.make_token(scopes=others)))
    scope = name.split()[1].rstrip(",")
    scopes = [scope, ACT_AS] if ACT_AS in name else [scope]
    headers = _for(world.bob) if "client" in name else {}
    return Caller(Rest(world.north, cast.make_token(scopes=scopes), **headers))


def _for(person: Client | StaffMember) -> dict[str, str]:
    return {"X-Current-User-Id": str(person.person_id)}


def _user(who: str, *, scopes: str | None = None, **headers: str) -> Make:
    """The token that somebody has signed in for. `scopes`: what stands in it against all rules."""

    def make(world: World) -> Caller:
        person: Client | StaffMember = getattr(world, who)
        brand = person.brands.get() if who in {"kim", "ina"} else None
        token = cast.make_token(user=cast.make_user(person), brand=brand)
        if scopes:
            _tokens().filter(user=person.person.user).update(scope=scopes)
        return Caller(Rest(world.north, token, **headers))

    return make


def _tokens() -> Any:
    from oauth2_provider.models import get_access_token_model

    return get_access_token_model().objects


def _service(*, brand: str | None = "main", acting: str | None = None, kids_host: bool = False) -> Make:
    """A token with all scopes, of an application of one brand or (None) of the whole tenant."""

    def make(world: World) -> Caller:
        of = Brand.objects.get(slug=brand) if brand else None
        headers = _for(getattr(world, acting)) if acting else {}
        return Caller(Rest(world.north, cast.make_token(brand=of), **headers), world.kids_host if kids_host else None)

    return make


def _naming_another(world: World) -> Caller:
    rest = _user("bob")(world).rest
    return Caller(Rest(world.north, **{**rest.headers, **_for(world.carol)}))


def _of_south(who: str | None, *, at_home: bool) -> Make:
    """A token of south: sent to north it opens nothing; at home it meets the ids of north."""

    def make(world: World) -> Caller:
        with use(world.south):
            token = cast.make_token(user=cast.make_user(getattr(world, who)) if who else None)
        return Caller(Rest(world.south if at_home else world.north, token), elsewhere=True)

    return make


def _expired(world: World) -> Caller:
    made = _service()(world)
    _tokens().update(expires=datetime.now(tz=UTC) - timedelta(seconds=1))
    return made


def _inactive(world: World) -> Caller:
    made = _user("bob")(world)
    User.objects.filter(person=world.bob.person).update(is_active=False)
    return made


def _administrator(world: World) -> Caller:
    rest = Rest(world.north)
    rest.django.force_login(User.objects.create_superuser("root@example.com", "a password"))
    return Caller(rest)


def _suspended(world: World) -> Caller:
    from tenants.models import Tenant
    from tenants.resolution import forget

    made = _service()(world)
    with use_public():
        Tenant.objects.filter(schema_name=world.north.schema_name).update(status=Tenant.Status.SUSPENDED)
    forget()
    return made


_CALLERS: dict[str, Make] = {
    "nobody": lambda world: Caller(Rest(world.north)),
    "an administrator's session": _administrator,
    "an expired token": _expired,
    "an inactive user": _inactive,
    "a service of a suspended tenant": _suspended,
    "a service of another tenant": _of_south(None, at_home=False),
    "a client of another tenant": _of_south("far_client", at_home=False),
    "a coach of another tenant": _of_south("far_coach", at_home=False),
    "the client": _user("bob"),
    "another client": _user("carol"),
    "a client with services' scopes": _user("carol", scopes=" ".join(SCOPES)),
    "the client, naming another": _naming_another,
    "the coach": _user("ada"),
    "another coach": _user("eve"),
    "a client of another brand": _user("kim"),
    "a coach of another brand": _user("ina"),
    "a service": _service(),
    "a service, for the client": _service(acting="bob"),
    "a service, for the coach": _service(acting="ada"),
    "a service, for another tenant's client": _service(acting="far_client"),
    "a service of another brand": _service(brand="kids"),
    "a service of another brand, for the client": _service(brand="kids", acting="bob"),
    "a service at another brand's host": _service(kids_host=True),
    "the tenant's service at another brand's host": _service(brand=None, kids_host=True),
    "another tenant's service, at home": _of_south(None, at_home=True),
    "another tenant's client, at home": _of_south("far_client", at_home=True),
    "another tenant's coach, at home": _of_south("far_coach", at_home=True),
}
