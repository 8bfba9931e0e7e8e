"""Addresses of a tenant's pages for mails. They never follow a request's Host, which its sender chooses."""

from django.conf import settings

from tenants.resolution import ResolvedTenant


def address_of(tenant: ResolvedTenant, path: str) -> str:
    """The absolute address of a path at the tenant's primary domain."""
    port = f":{settings.PUBLIC_PORT}" if settings.PUBLIC_PORT else ""
    return f"{settings.PUBLIC_SCHEME}://{tenant.primary_domain}{port}{path}"
