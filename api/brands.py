"""The brand of a request, and with what of which brands it may have to do.

What people do (bookings, messages, calendar feeds) is of the current brand. What a tenant sets up (rules, templates,
channels, webhooks, suppressions) is of one brand or of all, and here an application of the whole tenant speaks for all
brands, unless it comes to the host of one.
"""

import uuid
from collections.abc import Mapping
from typing import Any

from django.db.models import Q
from rest_framework.request import Request

from api.errors import EdgeError, InvalidInputError
from api.request import principal_of, tenant_of
from tenants.brands.models import Brand


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


def of_brand(request: Request, *, path: str = "brand") -> Q:
    """The rows of the brand to which the request is confined: not those of all brands. All rows where it is to none."""
    brand_id = confined_to(request)
    return Q() if brand_id is None else Q(**{path: brand_id})


def of_brand_or_all(request: Request) -> Q:
    """As `of_brand`, with the rows that count for all brands: to see, and not to change (`check_own_brand`)."""
    return Q() if confined_to(request) is None else of_brand(request) | Q(brand=None)


def check_own_brand(request: Request, brand_id: uuid.UUID | None) -> None:
    """Raises ForeignBrandError where the request is confined to another brand than `brand_id`; None is all brands."""
    if confined_to(request) not in {None, brand_id}:
        raise ForeignBrandError


def chosen_brand_id(
    request: Request, fields: Mapping[str, Any], *, within: uuid.UUID | None = None
) -> uuid.UUID | None:
    """The `brand_id` of a body, None for all brands; where it is left out, the one to which the request is confined.

    All brands are but one for what is part of something of the brand `within`. Raises ForeignBrandError where that is
    not the caller's to choose, InvalidInputError where there is no such brand.
    """
    brand_id: uuid.UUID | None = fields.get("brand_id", confined_to(request))
    check_own_brand(request, brand_id or within)
    if brand_id is not None and not Brand.objects.filter(pk=brand_id).exists():
        raise InvalidInputError({"brand_id": ["There is no such brand."]})
    return brand_id
