"""Puts each request into its tenant's schema, or refuses it. Nothing falls back to `public`."""

from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.db import Error
from django.http import HttpRequest, HttpResponse
from django.http.request import split_domain_port
from django.utils import timezone

from api import errors
from tenants import resolution
from tenants.context import activate, activate_public
from tenants.errors import DomainError
from tenants.resolution import ResolvedTenant

# On the platform's host these are the operators' or everybody's; all else there needs a tenant.
_PLATFORM_PATHS = ("/admin", "/docs/", "/openapi/", "/favicon.ico")


class TenantMiddleware:
    """Sets `request.tenant` and the connection's schema from the host and `X-Tenant`."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        activate_public()
        try:
            tenant = self._resolve(request)
        except DomainError as error:
            return errors.render(request, error)
        request.tenant = tenant  # type: ignore[attr-defined]
        try:
            if tenant is None:
                request.urlconf = settings.PUBLIC_SCHEMA_URLCONF
            else:
                activate(tenant)
            # For people who read times in the admin. The API writes UTC whatever this says.
            with timezone.override(tenant.timezone if tenant else None):
                return self.get_response(request)
        finally:
            activate_public()

    def _resolve(self, request: HttpRequest) -> ResolvedTenant | None:
        number = request.headers.get("X-Tenant")
        # WSGI servers join repeated headers with a comma.
        if number is not None and "," in number:
            raise errors.RepeatedHeaderError(header="X-Tenant")
        try:
            host, _port = split_domain_port(request.get_host())
            tenant = resolution.resolve(host=host, number=number)
        except (resolution.UnknownTenantError, DisallowedHost) as error:
            raise errors.UnknownTenantError from error
        except resolution.TenantMismatchError as error:
            raise errors.TenantMismatchError from error
        except Error as error:
            # Before any view: nothing else turns a database that is away into a 503.
            if busy := errors.as_domain_error(error, method=request.method or ""):
                raise busy from error
            raise
        if tenant is None:
            if request.path != "/" and not request.path.startswith(_PLATFORM_PATHS):
                raise errors.TenantRequiredError
        elif not tenant.is_active:
            raise errors.TenantSuspendedError
        return tenant
