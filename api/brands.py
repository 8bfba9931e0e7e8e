"""The current brand of a request."""

import uuid

from rest_framework.request import Request

from api.errors import EdgeError
from api.request import principal_of, tenant_of


def current_brand_id(request: Request) -> uuid.UUID:
    """The brand of the host, else of the client application, else the tenant's default."""
    tenant = tenant_of(request)
    return tenant.brand_id or principal_of(request).brand_id or tenant.default_brand_id


def speaks_for_all_brands(request: Request) -> bool:
    """Whether the caller's client application belongs to the whole tenant rather than to one brand."""
    return principal_of(request).brand_id is None


def confined_to(request: Request) -> uuid.UUID | None:
    """The one brand with which the request may have to do, by host or client application; None for all of them."""
    return tenant_of(request).brand_id or principal_of(request).brand_id


class ForeignBrandError(EdgeError):
    code = "foreign_brand"
    status = 403
    message = "This request is for another brand. Use that brand's own host name or client application."


def check_application_brand(request: Request) -> None:
    """Raises ForeignBrandError where the host names one brand and the client application belongs to another."""
    by_host, by_application = tenant_of(request).brand_id, principal_of(request).brand_id
    if by_host and by_application and by_host != by_application:
        raise ForeignBrandError


def check_brand(request: Request, brand_id: uuid.UUID) -> None:
    """Raises ForeignBrandError unless `brand_id` is the current brand."""
    if brand_id != current_brand_id(request):
        raise ForeignBrandError
