"""What the edge has found out about a request, with its types."""

from collections.abc import Mapping
from typing import Any, cast

from django.core.handlers.wsgi import WSGIRequest
from django.utils.http import parse_header_parameters
from rest_framework.request import Request

from api.authentication import Principal
from tenants.resolution import ResolvedTenant


def principal_of(request: Request) -> Principal:
    """The caller. Only after the permission check: before it there may be none."""
    return cast("Principal", request.user)


def tenant_of(request: Request) -> ResolvedTenant:
    """The tenant, which every request under /v1/ has."""
    return cast("ResolvedTenant", request.tenant)  # type: ignore[attr-defined]


class UTF8Request(WSGIRequest):
    """Takes query and form for UTF-8, whatever codec of Python's the Content-Type names.

    Django reads the query by that codec while it makes the request: what goes wrong there, such as more than a
    thousand parameters, nothing would catch. Who names another encoding for a body is told so (ErrorMiddleware).
    """

    def _set_content_type_params(self, meta: Mapping[str, Any]) -> None:
        self.content_type, self.content_params = parse_header_parameters(meta.get("CONTENT_TYPE", ""))
