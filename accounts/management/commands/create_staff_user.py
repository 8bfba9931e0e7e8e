import getpass
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from accounts.access.models import Membership
from accounts.models import User
from accounts.rules import Role
from tenants.context import use
from tenants.models import Tenant


class Command(BaseCommand):
    help = "Creates a user who may sign in to a tenant's admin; asks for the password."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("tenant", help="The tenant's slug.")
        parser.add_argument("email")
        parser.add_argument("--role", choices=[role.value for role in Role], default=Role.ADMINISTRATOR.value)
        parser.add_argument("--password", help="Without it, the command asks.")

    def handle(self, *_args: Any, **options: Any) -> None:
        tenant = Tenant.objects.filter(slug=options["tenant"]).first()
        if tenant is None:
            raise CommandError(f"There is no tenant {options['tenant']!r}. `list_tenants` shows them all.")
        password = options["password"] or getpass.getpass("Password: ")
        with use(tenant), transaction.atomic():
            if User.objects.filter(email__iexact=options["email"]).exists():
                raise CommandError(f"{options['email']} exists in {tenant.slug} already.")
            user = User.objects.create_user(options["email"], password, is_staff=True)
            Membership.objects.create(user=user, role=options["role"])
        self.stdout.write(f"{user.email} may sign in to {tenant.slug} as {options['role']}.")
