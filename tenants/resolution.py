"""Which tenant a request is for. Fails closed: no fallback to the public schema, ever.

A request names its tenant by its host, by the header `X-Tenant` (the tenant's number), or by both;
all that are present must agree.
"""

import time
import uuid
from dataclasses import dataclass

from django.conf import settings

from tenants.brands.models import Brand
from tenants.context import use, use_public
from tenants.models import Domain, Tenant

# A suspended tenant, a new domain: every process knows it after this many seconds.
CACHE_SECONDS = 5.0


class UnknownTenantError(Exception):
    """The host or the number belongs to no tenant."""


class TenantMismatchError(Exception):
    """The host names one tenant and the header another."""


@dataclass(frozen=True, slots=True)
class ResolvedTenant:
    """What a request needs to know of its tenant; safe to keep in a process."""

    schema_name: str
    slug: str
    name: str
    number: int
    business_id: uuid.UUID
    timezone: str
    status: str
    primary_domain: str
    default_brand_id: uuid.UUID
    # The brand that the host stands for, if it stands for one.
    brand_id: uuid.UUID | None = None

    @property
    def is_active(self) -> bool:
        return self.status == Tenant.Status.ACTIVE


_cache: dict[tuple[str, str], tuple[float, ResolvedTenant | None]] = {}


def forget() -> None:
    """Empties this process' cache. For tests and commands that change tenants."""
    _cache.clear()


def is_platform_host(host: str) -> bool:
    """Whether the host (without port) is the platform's own and names no tenant."""
    return host in settings.PLATFORM_HOSTS


def resolve(*, host: str, number: str | None) -> ResolvedTenant | None:
    """The tenant that `host` (without port) and `number` (the header's text) name.

    None on the platform's host without a header.
    Raises UnknownTenantError or TenantMismatchError.
    """
    by_host = None if is_platform_host(host) else _by_host(host)
    if number is None:
        return by_host
    by_number = _by_number(number)
    if by_host is None:
        return by_number
    if by_host.schema_name != by_number.schema_name:
        raise TenantMismatchError
    return by_host


def by_schema(schema_name: str) -> ResolvedTenant:
    """The tenant that owns a schema. Raises UnknownTenantError."""
    return _cached("schema", schema_name)


def known_schema(*, host: str, number: str | None) -> str | None:
    """Whose schema `host` or, where it is given, `number` names, as far as this process has asked before: a guess
    without a query, which may be out of date."""
    hit = _cache.get(("host", host) if number is None else ("number", number))
    return hit[1].schema_name if hit and hit[1] else None


def _by_host(host: str) -> ResolvedTenant:
    return _cached("host", host)


def _by_number(number: str) -> ResolvedTenant:
    # Postgres' integer ends at 2^31 - 1: ten digits at the most.
    if not (number.isascii() and number.isdigit() and len(number) <= 10):  # noqa: PLR2004
        raise UnknownTenantError
    return _cached("number", number)


def _cached(kind: str, value: str) -> ResolvedTenant:
    now = time.monotonic()
    hit = _cache.get((kind, value))
    if hit is None or hit[0] < now:
        if len(_cache) > 10_000:  # noqa: PLR2004 - unknown hosts must not fill the memory
            _cache.clear()
        with use_public():
            hit = _cache[kind, value] = (now + CACHE_SECONDS, _load(kind, value))
    if hit[1] is None:
        raise UnknownTenantError
    return hit[1]


def _load(kind: str, value: str) -> ResolvedTenant | None:
    if kind == "host":
        domain = Domain.objects.select_related("tenant").filter(domain=value).first()
        return domain and _resolved(domain.tenant, brand_id=domain.brand_id)
    if kind == "number":
        tenant = Tenant.objects.filter(number=min(int(value), 2**31 - 1)).first()
    else:
        tenant = Tenant.objects.filter(schema_name=value).first()
    return tenant and _resolved(tenant)


def _resolved(tenant: Tenant, *, brand_id: uuid.UUID | None = None) -> ResolvedTenant:
    primary = Domain.objects.filter(tenant=tenant, is_primary=True).values_list("domain", flat=True).first()
    with use(tenant):
        default_brand_id = Brand.objects.values_list("id", flat=True).get(is_default=True)
    return ResolvedTenant(
        schema_name=tenant.schema_name,
        slug=tenant.slug,
        name=tenant.name,
        number=tenant.number,
        business_id=tenant.business_id,
        timezone=tenant.timezone,
        status=tenant.status,
        primary_domain=primary or "",
        default_brand_id=default_brand_id,
        brand_id=brand_id,
    )
