from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.rules import KEY_LIFETIME
from accounts.services.issue_api_key import issue_api_key
from tenants.brands.models import Brand
from tenants.context import use
from tenants.models import Tenant


class Command(BaseCommand):
    help = "Creates an API key of a tenant and prints it, this once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("tenant", help="The tenant's slug.")
        parser.add_argument("--name", required=True, help="Which server or job uses it.")
        parser.add_argument("--scope", required=True, help="Scopes, separated by spaces.")
        parser.add_argument("--brand", help="A brand's slug (default: the whole tenant).")
        parser.add_argument("--days", type=int, default=KEY_LIFETIME.days, help="Until it expires (%(default)s).")

    def handle(self, *_args: Any, **options: Any) -> None:
        tenant = Tenant.objects.filter(slug=options["tenant"]).first()
        if tenant is None:
            raise CommandError(f"There is no tenant {options['tenant']!r}. `list_tenants` shows them all.")
        with use(tenant):
            secret = self._issue(options)
        self.stdout.write(secret)

    def _issue(self, options: dict[str, Any]) -> str:
        brand = None
        if options["brand"]:
            brand = Brand.objects.filter(slug=options["brand"]).first()
            if brand is None:
                names = ", ".join(Brand.objects.values_list("slug", flat=True))
                raise CommandError(f"There is no brand {options['brand']!r}. This tenant's brands: {names}.")
        try:
            return issue_api_key(
                name=options["name"],
                scopes=options["scope"].split(),
                brand=brand,
                created_by=None,
                now=timezone.now(),
                lifetime=timedelta(days=options["days"]),
            ).secret
        except (ValidationError, OverflowError) as error:
            texts = error.messages if isinstance(error, ValidationError) else ["--days: too many."]
            raise CommandError(" ".join(texts)) from error
