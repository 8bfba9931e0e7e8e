from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tenants.services.create_tenant import InvalidTenantError, TenantExistsError, create_tenant


class Command(BaseCommand):
    help = "Creates a tenant: its schema with all tables, its domain and its first brand."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug")
        parser.add_argument("--name", required=True)
        parser.add_argument("--domain", help="Host name of the tenant (default: SLUG.localhost).")
        parser.add_argument("--timezone", default="UTC", help="IANA name, for example Europe/Berlin.")
        parser.add_argument("--number", type=int, help="For the header X-Tenant (default: the next free one).")

    def handle(self, *_args: Any, **options: Any) -> None:
        slug = options["slug"]
        try:
            tenant = create_tenant(
                slug=slug,
                name=options["name"],
                domain=options["domain"] or f"{slug}.localhost",
                timezone=options["timezone"],
                number=options["number"],
            )
        except TenantExistsError as error:
            raise CommandError(f"{error} `list_tenants` shows them all.") from error
        except InvalidTenantError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"Created {tenant.slug} (number {tenant.number}). "
            f"Next: bin/manage create_staff_user {tenant.slug} you@example.com"
        )
