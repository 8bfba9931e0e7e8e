"""Paging of the platform's own lists: an opaque cursor, stable while rows are added."""

from types import SimpleNamespace
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit

from django.core.signing import BadSignature, Signer
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from api.errors import InvalidInputError
from tenants.context import current_schema

_MOST = 200


@extend_schema_field({"type": "integer", "minimum": 1, "maximum": _MOST})
class LimitField(serializers.CharField):
    """How many on a page. The paging itself says what is wrong with it."""


class PageQuery(serializers.Serializer[Any]):
    """The query parameters of every page. Lists add their filters to it."""

    limit = LimitField(required=False, allow_blank=True, help_text="How many on a page (50).")
    cursor = serializers.CharField(required=False, allow_blank=True, help_text="From `next` or `previous` of a page.")


class OpaqueCursor(CursorPagination):
    """`?limit=` (1 to 200, 50) and `?cursor=`; the answer is `{data, next, previous}` with whole addresses."""

    page_size = 50
    page_size_query_param = "limit"
    max_page_size = _MOST
    ordering = "id"

    def get_page_size(self, request: Request) -> int:
        limit = request.query_params.get(self.page_size_query_param)
        if limit is None:
            return self.page_size
        if not (_is_number(limit) and 1 <= int(limit) <= self.max_page_size):
            raise InvalidInputError({self.page_size_query_param: [f"Write a number from 1 to {self.max_page_size}."]})
        return int(limit)

    def encode_cursor(self, cursor: Any) -> str:
        """Signed for this tenant: a position that was made up, or comes from another tenant, is refused."""
        encoded = parse_qs(urlsplit(super().encode_cursor(cursor)).query)[self.cursor_query_param][0]
        return str(replace_query_param(self.base_url or "", self.cursor_query_param, _signer().sign(encoded)))

    def decode_cursor(self, request: Request) -> Any:
        signed = request.query_params.get(self.cursor_query_param)
        if signed is None:
            return None
        try:
            unsigned = SimpleNamespace(query_params={self.cursor_query_param: _signer().unsign(signed)})
            return super().decode_cursor(cast("Request", unsigned))
        except (BadSignature, NotFound):
            raise InvalidInputError(
                {self.cursor_query_param: ["Take the whole address from `next` or `previous` of a page."]}
            ) from None

    def get_paginated_response(self, data: Any) -> Response:
        return Response({"data": data, "next": self.get_next_link(), "previous": self.get_previous_link()})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        link = {"type": ["string", "null"], "format": "uri", "example": None}
        return {
            "type": "object",
            "properties": {"data": schema, "next": link, "previous": link},
            "required": ["data", "next", "previous"],
            "additionalProperties": False,
        }

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:  # noqa: ARG002
        """None of its own: lists declare them with PageQuery."""
        return []


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 20  # noqa: PLR2004


def _signer() -> Signer:
    return Signer(salt=f"cursor:{current_schema()}")
