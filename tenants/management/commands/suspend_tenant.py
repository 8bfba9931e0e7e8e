from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tenants.models import Tenant
from tenants.services.set_status import UnknownSlugError, set_status


class Command(BaseCommand):
    help = "Suspends a tenant: its requests are refused and its messages wait. Nothing is deleted."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug")

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            tenant = set_status(slug=options["slug"], status=Tenant.Status.SUSPENDED)
        except UnknownSlugError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{tenant.slug} is {tenant.status}.")
