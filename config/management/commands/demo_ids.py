from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

import orjson
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.access.models import Application
from bookings.selectors.office_hours import coach_slots
from config.demo.data import TENANTS
from config.demo.seed import STAFF_PASSWORD, client_secret, refuse_in_production
from scheduling.models import Client, StaffMember
from scheduling.public import Period
from tenants.brands.models import Brand
from tenants.context import use
from tenants.models import Domain, Tenant

_LOOK_AHEAD = timedelta(days=14)


class Command(BaseCommand):
    help = "Prints the ids, addresses and secrets of a demo tenant as one JSON object, for scripts."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("tenant", choices=[demo.slug for demo in TENANTS])

    def handle(self, *_args: Any, **options: Any) -> None:
        refuse_in_production()
        tenant = Tenant.objects.filter(slug=options["tenant"]).first()
        if tenant is None:
            raise CommandError("There is no demo data. `bin/run` creates it, `bin/run --no-demo` does not.")
        hosts = dict(Domain.objects.filter(tenant=tenant).values_list("brand_id", "domain"))
        host = Domain.objects.get(tenant=tenant, is_primary=True).domain
        with use(tenant):
            ids = {
                "tenant": {
                    "slug": tenant.slug,
                    "number": tenant.number,
                    "business_id": tenant.business_id,
                    "host": host,
                },
                "brands": [
                    {"id": brand.pk, "slug": brand.slug, "host": hosts.get(brand.pk, host)}
                    for brand in Brand.objects.order_by("-is_default", "slug")
                ],
                "coaches": _coaches(),
                "patients": [
                    {"id": client.person_id, "email": client.person.email, "brand_id": client.brands.all()[0].pk}
                    for client in Client.objects.order_by("pk").select_related("person").prefetch_related("brands")
                ],
                "oauth_clients": [
                    {
                        "name": application.name,
                        "client_id": application.client_id,
                        "client_secret": client_secret(tenant.slug, application.name),
                        "scopes": application.scopes,
                    }
                    for application in Application.objects.filter(client_id__startswith="demo-").order_by("pk")
                ],
                "sign_in_clients": [
                    {
                        "client_id": application.client_id,
                        "redirect_uris": application.redirect_uris.split(),
                        "allowed_origins": application.allowed_origins.split(),
                        "scopes": application.scopes,
                    }
                    for application in Application.objects.filter(
                        authorization_grant_type=Application.GRANT_AUTHORIZATION_CODE
                    ).order_by("pk")
                ],
            }
        ids["staff_login"] = {
            "url": f"http://{host}:{settings.WEB_PORT}/admin/",
            "username": f"administrator@{tenant.slug}.example.com",
            "password": STAFF_PASSWORD,
        }
        self.stdout.write(orjson.dumps(ids, option=orjson.OPT_UTC_Z).decode())


def _coaches() -> list[dict[str, Any]]:
    now = timezone.now()
    coaches = []
    # Not those of events alone: they have no slots.
    with_hours = StaffMember.objects.filter(office_hours__isnull=False).distinct().order_by("pk")
    for coach in with_hours.select_related("person").prefetch_related("brands"):
        brand = coach.brands.all()[0]
        free = coach_slots(coach=coach, brand_id=brand.pk, within=Period(now, now + _LOOK_AHEAD), now=now)
        coaches.append(
            {
                "id": coach.person_id,
                "name": coach.person.name,
                "brand_id": brand.pk,
                "timezone": coach.person.timezone,
                "next_free_slot": free[0].start if free else None,
            }
        )
    return coaches
