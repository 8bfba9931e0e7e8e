from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.access.models import Application
from accounts.models import User
from accounts.services.issue_token import ScopeNotGrantedError, issue_token
from tenants.context import use
from tenants.models import Tenant


class Command(BaseCommand):
    help = "Prints a bearer token of a tenant, valid for 12 hours."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("tenant", help="The tenant's slug.")
        parser.add_argument("--scope", help="Scopes, separated by spaces (default: all of the client's).")
        parser.add_argument("--client", help="Name of the OAuth client (default: the tenant's first).")
        parser.add_argument("--user", help="E-mail address of a user (default: a service token without one).")

    def handle(self, *_args: Any, **options: Any) -> None:
        tenant = Tenant.objects.filter(slug=options["tenant"]).first()
        if tenant is None:
            raise CommandError(f"There is no tenant {options['tenant']!r}. `list_tenants` shows them all.")
        with use(tenant):
            token = self._issue(options)
        self.stdout.write(token)

    def _issue(self, options: dict[str, Any]) -> str:
        applications = Application.objects.order_by("pk")
        if options["client"]:
            applications = applications.filter(name=options["client"])
        application = applications.first()
        if application is None:
            names = ", ".join(Application.objects.values_list("name", flat=True)) or "none yet"
            raise CommandError(f"There is no such OAuth client. This tenant's clients: {names}.")
        user = None
        if options["user"]:
            user = User.objects.filter(email__iexact=options["user"], is_active=True).first()
            if user is None:
                raise CommandError(f"Nobody signs in as {options['user']} in this tenant.")
        try:
            return issue_token(
                application=application,
                user=user,
                scopes=options["scope"].split() if options["scope"] else None,
                now=timezone.now(),
            )
        except ScopeNotGrantedError as error:
            raise CommandError(str(error)) from error
