"""Creates the demo tenants. Running it again changes nothing."""

import time
from collections.abc import Callable
from datetime import date, datetime
from datetime import time as clock

from django.conf import settings
from django.core.management.base import CommandError
from django.db import transaction
from django.utils import timezone

from accounts.access.models import Application, Membership
from accounts.models import User
from accounts.rules import Role
from accounts.scopes import SCOPES
from bookings.services.publish_office_hour import OfficeHourData, publish_office_hour
from config.demo.bookings import add_bookings, add_rules
from config.demo.data import TENANTS, DemoClient, DemoCoach, DemoTenant, demo_id
from config.demo.events import add_events
from config.demo.notifications import add_notifications
from config.demo.visits import add_days, add_visit_types, add_visits
from scheduling.models import Client, Closure, Location, Person, Resource, Service, StaffMember, WorkingHours
from scheduling.services.register_room import register_room
from tenants.brands.models import Brand
from tenants.context import use
from tenants.models import Domain, Tenant
from tenants.services.create_tenant import create_tenant
from visits.models import Provider

STAFF_PASSWORD = "slotkeeper"  # noqa: S105 - of the demo, which production refuses to create
WEB_SCOPES = ["read:bookings", "write:bookings", "read:office-hours", "read:visits", "write:visits", "read:events"]


def refuse_in_production() -> None:
    if settings.ENVIRONMENT == "production":
        raise CommandError("Demo data has known passwords: it is not for production. Leave out --demo.")


def client_secret(tenant: str, application: str) -> str:
    return f"demo-{tenant}-{application}-secret"


def email_of(name: str, domain: str) -> str:
    return f"{name.lower().replace('dr. ', '').replace(' ', '.')}@{domain}"


def seed_demo(*, say: Callable[[str], None]) -> None:
    """Creates what is missing of the demo tenants. Needs the owner's role. CommandError in production."""
    refuse_in_production()
    if not User.objects.filter(is_superuser=True).exists():
        User.objects.create_superuser("operator@example.com", STAFF_PASSWORD, name="Olga Operator")
    for demo in TENANTS:
        if Tenant.objects.filter(slug=demo.slug).exists():
            continue
        started = time.monotonic()
        tenant = create_tenant(
            slug=demo.slug,
            name=demo.name,
            domain=f"{demo.slug}.localhost",
            timezone=demo.timezone,
            number=demo.number,
            business_id=demo_id(demo.slug),
        )
        with use(tenant), transaction.atomic():
            _fill(demo, now=timezone.now())
            brands = list(Brand.objects.filter(slug__in=list(demo.brands)))
        if len(brands) > 1:
            for brand in brands:
                Domain.objects.create(
                    tenant=tenant, domain=f"{brand.slug}.localhost", is_primary=False, brand_id=brand.pk
                )
        say(f"Demo tenant {demo.slug} created in {time.monotonic() - started:.1f} s")


def _fill(demo: DemoTenant, *, now: datetime) -> None:
    brands = _brands(demo)
    _sign_ins(demo, brands)
    staff = {coach.name: _coach(demo, coach, brands[coach.brand]) for coach in demo.coaches}
    clients = [_client(demo, client, brands[client.brand]) for client in demo.clients]
    for name, (specialty, npi) in demo.providers.items():
        Provider.objects.create(
            staff_member=staff[name],
            brand=staff[name].brands.get(),
            specialty=specialty,
            npi=npi or None,
            meeting_url=f"https://meet.example.com/{email_of(name, '').rstrip('@').replace('.', '-')}",
            created_at=now,
            updated_at=now,
        )
    for service in demo.services:
        made = Service.objects.create(
            id=demo_id(demo.slug, "service", service.code),
            brand=brands[service.brand],
            code=service.code,
            name=service.name,
            duration_minutes=service.minutes,
            buffer_after_minutes=service.buffer_minutes,
            price_minor=service.price_minor,
            currency=service.currency,
            timezone=demo.timezone,
            is_remote=True,
            created_at=now,
            updated_at=now,
        )
        made.staff.set([staff[name] for name in service.staff])
    for name, first, last in demo.closures:
        Closure.objects.create(name=name, starts_on=date.fromisoformat(first), ends_on=date.fromisoformat(last))
    if demo.rooms:
        location = Location.objects.create(name=demo.name, address=demo.address, timezone=demo.timezone)
        for room in demo.rooms:
            register_room(name=room, location=location)
    add_rules()
    add_notifications(demo.slug, next(iter(brands.values())), now=now)
    services = add_visit_types(demo, brands, now=now)
    providers = [staff[name] for name in demo.providers]
    if demo is TENANTS[0]:
        add_visits(demo.slug, providers[0], clients, services, now=now)
    add_days(providers, clients, services, now=now)
    if demo.trainer:
        add_events(demo.slug, _coach(demo, demo.trainer, brands[demo.trainer.brand]), clients, now=now)
    add_bookings(demo.slug, list(staff.values()), clients, now=now)
    if demo.leaver:
        _client(demo, demo.leaver, brands[demo.leaver.brand])


def _brands(demo: DemoTenant) -> dict[str, Brand]:
    brands = {}
    for index, (slug, name) in enumerate(demo.brands.items()):
        fields = {
            "id": demo_id(demo.slug, "brand", slug),
            "slug": slug,
            "name": name,
            "timezone": demo.timezone,
            "from_email": f"hello@{slug}.example.com",
            "is_default": index == 0,
        }
        if index == 0:
            Brand.objects.all().delete()  # the one that every new tenant gets
        brands[slug] = Brand.objects.create(**fields)
    return brands


def _sign_ins(demo: DemoTenant, brands: dict[str, Brand]) -> None:
    for role in (Role.ADMINISTRATOR, Role.RECEPTIONIST):
        user = User.objects.create_user(
            f"{role}@{demo.slug}.example.com", STAFF_PASSWORD, is_staff=True, name=role.value.capitalize()
        )
        Membership.objects.create(user=user, role=role)
    default = next(iter(brands.values()))
    for name, scopes in (("web", WEB_SCOPES), ("backend", list(SCOPES))):
        Application.objects.create(
            name=name,
            client_id=f"demo-{demo.slug}-{name}",
            client_secret=client_secret(demo.slug, name),
            client_type=Application.CLIENT_CONFIDENTIAL,
            authorization_grant_type=Application.GRANT_CLIENT_CREDENTIALS,
            brand=default if len(brands) > 1 and name == "web" else None,
            scopes=scopes,
        )

    # Of a page in a browser, which keeps no secret: docs/sign-in.md walks through it.
    Application.objects.create(
        name=f"{demo.name} on the web",
        client_id=f"{demo.slug}-web",
        client_type=Application.CLIENT_PUBLIC,
        authorization_grant_type=Application.GRANT_AUTHORIZATION_CODE,
        redirect_uris="http://localhost:8765/callback http://127.0.0.1:8765/callback",
        allowed_origins="http://localhost:8765 http://127.0.0.1:8765",
        scopes=WEB_SCOPES,
    )


def _person(demo: DemoTenant, *, name: str, zone: str, language: str = "en", can_sign_in: bool = False) -> Person:
    given, _, family = name.rpartition(" ")
    email = email_of(name, f"{demo.slug}.example.com")
    return Person.objects.create(
        id=demo_id(demo.slug, "person", name),
        given_name=given,
        family_name=family,
        email=email,
        timezone=zone,
        language=language,
        user=User.objects.create_user(email, STAFF_PASSWORD, name=name) if can_sign_in else None,
    )


def _coach(demo: DemoTenant, coach: DemoCoach, brand: Brand) -> StaffMember:
    person = _person(demo, name=coach.name, zone=coach.timezone, can_sign_in=True)
    user = User.objects.get(person=person)
    user.is_staff = True
    user.save(update_fields=["is_staff"])
    Membership.objects.create(user=user, role=Role.COACH, brand=brand)
    resource = Resource.objects.create(kind=Resource.Kind.STAFF, name=coach.name, timezone=coach.timezone)
    staff_member = StaffMember.objects.create(person=person, resource=resource, title=coach.title)
    staff_member.brands.add(brand)
    WorkingHours.objects.bulk_create(
        WorkingHours(resource=resource, weekday=weekday, starts=clock(8), ends=clock(18)) for weekday in range(1, 8)
    )
    for hours in coach.office_hours:
        publish_office_hour(
            coach=staff_member,
            brand_id=brand.pk,
            offer=OfficeHourData(
                weekdays=hours.weekdays,
                start_time=clock.fromisoformat(hours.start),
                end_time=clock.fromisoformat(hours.end),
                timezone=coach.timezone,
                duration_minutes=hours.minutes,
                notice_minutes=hours.notice_minutes,
            ),
        )
    return staff_member


def _client(demo: DemoTenant, client: DemoClient, brand: Brand) -> Client:
    person = _person(demo, name=client.name, zone=client.timezone, language=client.language, can_sign_in=True)
    created = Client.objects.create(person=person)
    created.brands.add(brand)
    return created
