"""The current brand of a request."""

import uuid

from rest_framework.request import Request

from api.errors import EdgeError
from api.request import principal_of, tenant_of


def current_brand_id(request: Request) -> uuid.UUID:
    """The brand of the host, else of the client application, else the tenant's default."""
    tenant = tenant_of(request)
    return tenant.brand_id or principal_of(request).brand_id or tenant.default_brand_id


class ForeignBrandError(EdgeError):
    code = "foreign_brand"
    status = 403
    message = "This request is for another brand. Use that brand's own host name or client application."


def check_brand(request: Request, brand_id: uuid.UUID) -> None:
    """Raises ForeignBrandError unless `brand_id` is the current brand."""
    if brand_id != current_brand_id(request):
        raise ForeignBrandError
