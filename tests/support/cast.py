"""The people of the tests, made by the services that make real ones.

In the tenant north: the brands `main` (default) and `kids`; Ada coaches, Bob and Carol are clients.
In the tenant south: the same names, other people.
"""

import itertools
import re
import uuid
from datetime import UTC, datetime, time, timedelta
from typing import Any

from accounts.access.models import Application
from accounts.models import User
from accounts.scopes import SCOPES
from accounts.services.issue_token import issue_token
from bookings.models import CoachBooking, OfficeHour
from bookings.services.book_coach import book_coach
from bookings.services.publish_office_hour import OfficeHourData, publish_office_hour
from notifications.models import CalendarFeed, ChannelAccount, Suppression
from notifications.rules import Channel
from notifications.rules.feeds import FeedKind, FeedLevel
from notifications.rules.suppressions import SuppressionScope
from notifications.services.add_suppression import add_suppression
from notifications.services.create_calendar_feed import create_calendar_feed
from notifications.services.set_up_channel import set_up_channel
from scheduling.models import Client, Hold, Location, Room, Service, StaffMember, WorkingHours
from scheduling.offers import offers_of
from scheduling.rules.intervals import Period
from scheduling.services.hold_time import hold_time
from scheduling.services.register_person import PersonData, register_client, register_staff_member
from scheduling.services.register_room import register_room
from tenants.brands.models import Brand
from tenants.context import use_public
from tenants.models import Domain, Tenant
from tenants.resolution import ResolvedTenant

_numbers = itertools.count(1)

# A Monday, 08:00 UTC, far from any clock change of Europe or America.
MONDAY = datetime(2030, 1, 7, 8, tzinfo=UTC)


def main_brand() -> Brand:
    return Brand.objects.get(is_default=True)


def make_brand(slug: str = "kids") -> Brand:
    return Brand.objects.create(slug=slug, name=slug.capitalize(), timezone="Europe/Berlin")


def make_coach(name: str = "Ada Coach", *, brand: Brand | None = None, timezone: str = "UTC") -> StaffMember:
    return register_staff_member(person=_person(name, timezone), brand_id=(brand or main_brand()).pk, title="Coach")


def make_client(name: str = "Bob Client", *, brand: Brand | None = None, timezone: str = "UTC") -> Client:
    return register_client(person=_person(name, timezone), brand_id=(brand or main_brand()).pk)


def make_user(client: Client | StaffMember) -> User:
    """A sign-in for a client or a staff member."""
    person = client.person
    person.user = User.objects.create_user(person.email, "a password")
    person.save(update_fields=["user"])
    return person.user


def make_office_hour(coach: StaffMember, *, brand: Brand | None = None, **offer: Any) -> OfficeHour:
    """Every day from 09:00 to 17:00 UTC in slots of 30 minutes, bookable at any time, unless `offer` says otherwise."""
    standard: dict[str, Any] = {
        "weekdays": () if "on" in offer else (1, 2, 3, 4, 5, 6, 7),
        "start_time": time(9),
        "end_time": time(17),
        "timezone": "UTC",
        "horizon_days": 730,
    }
    return publish_office_hour(
        coach=coach, brand_id=(brand or main_brand()).pk, offer=OfficeHourData(**{**standard, **offer})
    )


def make_booking(coach: StaffMember, client: Client, *, slot_at: datetime, now: datetime | None = None) -> CoachBooking:
    return book_coach(
        coach_id=coach.person_id,
        patient_id=client.person_id,
        brand_id=main_brand().pk,
        slot_at=slot_at,
        notes=None,
        now=now or slot_at - timedelta(days=1),
    )


def make_service(
    staff_member: StaffMember, *, brand: Brand | None = None, code: str = "talk", name: str = "Talk", **fields: Any
) -> Service:
    """Of half an hour, each half hour, by a staff member who now works each day from 09:00 to 17:00 UTC."""
    WorkingHours.objects.bulk_create(
        WorkingHours(resource=staff_member.resource, weekday=weekday, starts=time(9), ends=time(17))
        for weekday in range(1, 8)
    )
    now = datetime.now(tz=UTC)
    standard: dict[str, Any] = {"duration_minutes": 30, "step_minutes": 30, "created_at": now, "updated_at": now}
    service = Service.objects.create(brand=brand or main_brand(), code=code, name=name, **{**standard, **fields})
    service.staff.add(staff_member)
    return service


def make_hold(service: Service, start: datetime, *, holder: str, places: int = 3) -> Hold:
    """For ten minutes, of the service's least busy staff member."""
    offers = offers_of(
        service_id=service.pk,
        brand_id=service.brand_id,
        staff_ids=None,
        within=Period(start, start + timedelta(minutes=1)),
    )
    return hold_time(
        offers=offers or [],
        brand_id=service.brand_id,
        start=start,
        holder=holder,
        places=places,
        lasts=timedelta(minutes=10),
        now=datetime.now(tz=UTC),
    )


def make_suppression(name: str, *, brand: Brand | None = None) -> Suppression:
    """By hand, of an address with a name of its own."""
    return add_suppression(
        channel=Channel.EMAIL,
        address=f"{name}.{next(_numbers)}@example.com",
        brand_id=brand.pk if brand else None,
        scope=SuppressionScope.EVERYTHING,
        note=name,
        now=datetime.now(tz=UTC),
    )


def make_feed(
    owner: StaffMember | Room | Client, *, brand: Brand | None = None, level: str = "full", name: str = ""
) -> CalendarFeed:
    """A calendar feed; `secret` is what opens it."""
    made = create_calendar_feed(
        kind={StaffMember: FeedKind.STAFF, Room: FeedKind.ROOM, Client: FeedKind.CLIENT}[type(owner)],
        owner_id=owner.pk if isinstance(owner, Room) else owner.person_id,
        brand_id=(brand or main_brand()).pk,
        level=FeedLevel(level),
        name=name,
        created_by_id=None,
        now=datetime.now(tz=UTC),
    )
    made.feed.secret = made.secret  # type: ignore[attr-defined]
    return made.feed


def make_room(name: str = "Blue room", *, timezone: str = "UTC") -> Room:
    return register_room(name=name, location=Location.objects.create(name=f"{name}'s house", timezone=timezone))


def make_application(*, scopes: list[str] | None = None, brand: Brand | None = None) -> Application:
    application: Application = Application.objects.create(
        name=f"application {next(_numbers)}",
        client_type=Application.CLIENT_CONFIDENTIAL,
        authorization_grant_type=Application.GRANT_CLIENT_CREDENTIALS,
        scopes=list(SCOPES) if scopes is None else scopes,
        brand=brand,
    )
    return application


def make_token(*, user: User | None = None, scopes: list[str] | None = None, brand: Brand | None = None) -> str:
    """A token of a service, or of a user; all scopes unless named."""
    return issue_token(application=make_application(brand=brand), user=user, scopes=scopes, now=datetime.now(tz=UTC))


def make_channel_account(*, brand: Brand | None = None, topic: str = "bookings") -> ChannelAccount:
    """A brand's account at a mail provider, which is off. No test may reach it."""
    return set_up_channel(
        channel="email",
        provider="postmark",
        brand_id=(brand or main_brand()).pk,
        values={"server_token": "sealed-token", "message_stream": re.sub("[^a-z0-9-]", "", topic.lower())[:50]},
        is_active=False,
        now=datetime.now(tz=UTC),
    )


def brand_host(tenant: ResolvedTenant, brand: Brand) -> str:
    """A host name that stands for a brand of the tenant."""
    host = f"{brand.slug}.{tenant.slug}.test"
    with use_public():
        owner = Tenant.objects.get(schema_name=tenant.schema_name)
        Domain.objects.create(tenant=owner, domain=host, is_primary=False, brand_id=brand.pk)
    return host


def tomorrow_at(hour: int, minute: int = 0, *, days: int = 1) -> datetime:
    """A real moment in the near future, for tests whose `now` is the server's."""
    day = datetime.now(tz=UTC).date() + timedelta(days=days)
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC)


def _person(name: str, timezone: str) -> PersonData:
    given, _, family = name.partition(" ")
    return PersonData(
        given_name=given,
        family_name=family,
        email=f"{given}.{next(_numbers)}.{uuid.uuid4().hex[:6]}@example.com".lower(),
        timezone=timezone,
    )
