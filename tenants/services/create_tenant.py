"""Creating a tenant: its row, its domain, its schema with all tables, and its first brand."""

import re
import uuid
from zoneinfo import available_timezones

from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import connection, models
from django_tenants.utils import quote_schema_name

from tenants.brands.models import Brand
from tenants.context import use
from tenants.models import Domain, Tenant
from tenants.resolution import forget

FIRST_NUMBER = 1001
_HOST_NAME = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)(\.(?!-)[a-z0-9-]{1,63}(?<!-))*")


class InvalidTenantError(Exception):
    """A tenant like this could not be reached, or none of its requests could be answered."""


class TenantExistsError(Exception):
    """A tenant with this slug, number or domain exists already."""


def create_tenant(
    *,
    slug: str,
    name: str,
    domain: str,
    timezone: str = "UTC",
    number: int | None = None,
    business_id: uuid.UUID | None = None,
    default_brand: str | None = None,
) -> Tenant:
    """Creates the tenant and answers it, ready for requests. Needs the owner's role.

    The schema is made first and the row that makes it reachable last, so a crash in between leaves
    an unreachable schema and no half tenant. Raises TenantExistsError, InvalidTenantError.
    """
    domain = domain.lower()
    if Tenant.objects.filter(models.Q(slug=slug) | models.Q(number=number)).exists():
        raise TenantExistsError(f"A tenant with the slug {slug!r} or the number {number} exists already.")
    if Domain.objects.filter(domain=domain).exists():
        raise TenantExistsError(f"The domain {domain!r} belongs to a tenant already.")

    tenant = Tenant(
        slug=slug,
        name=name,
        timezone=timezone,
        number=_next_number() if number is None else number,
        business_id=business_id or uuid.uuid4(),
    )
    _check(tenant, domain=domain, number=number)
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE SCHEMA {quote_schema_name(tenant.schema_name)}")
    call_command("migrate_schemas", schema_name=tenant.schema_name, interactive=False, verbosity=0)
    with use(tenant):
        Brand.objects.create(slug="main", name=default_brand or name, timezone=timezone, is_default=True)
    tenant.save()
    Domain.objects.create(tenant=tenant, domain=domain, is_primary=True)
    forget()
    return tenant


def _check(tenant: Tenant, *, domain: str, number: int | None) -> None:
    """Raises InvalidTenantError naming what is wrong. Done before anything is made."""
    try:
        tenant.clean_fields()
    except ValidationError as error:
        said = "; ".join(f"{field}: {' '.join(texts)}" for field, texts in error.message_dict.items())
        raise InvalidTenantError(said) from error
    if number is not None and number < 1:
        raise InvalidTenantError(f"number: {number} is not above 0.")
    if tenant.timezone not in available_timezones():
        raise InvalidTenantError(f"timezone: {tenant.timezone} is no zone of the IANA database.")
    if len(domain) > 253 or not _HOST_NAME.fullmatch(domain):  # noqa: PLR2004 - RFC 1035
        raise InvalidTenantError(f"domain: {domain!r} is no host name.")


def _next_number() -> int:
    highest = Tenant.objects.aggregate(highest=models.Max("number"))["highest"]
    return int(highest) + 1 if highest else FIRST_NUMBER
