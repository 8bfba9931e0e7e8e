"""What the edge has found out about a request, with its types."""

from typing import cast

from rest_framework.request import Request

from api.authentication import Principal
from tenants.resolution import ResolvedTenant


def principal_of(request: Request) -> Principal:
    """The caller. Only after the permission check: before it there may be none."""
    return cast("Principal", request.user)


def tenant_of(request: Request) -> ResolvedTenant:
    """The tenant, which every request under /v1/ has."""
    return cast("ResolvedTenant", request.tenant)  # type: ignore[attr-defined]
