"""Suspending and resuming a tenant."""

from tenants.models import Tenant
from tenants.resolution import forget


class UnknownSlugError(Exception):
    """No tenant has this slug."""


def set_status(*, slug: str, status: Tenant.Status) -> Tenant:
    """Sets the status. A suspended tenant's requests answer 403 `tenant_suspended`, and its
    messages wait; nothing is deleted. Other processes know it after `resolution.CACHE_SECONDS`.
    """
    if not Tenant.objects.filter(slug=slug).update(status=status):
        raise UnknownSlugError(f"There is no tenant {slug!r}. `list_tenants` shows them all.")
    forget()
    tenant: Tenant = Tenant.objects.get(slug=slug)
    return tenant
