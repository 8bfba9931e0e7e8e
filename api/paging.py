"""Paging of the platform's own lists: an opaque cursor, stable while rows are added."""

from typing import Any

from rest_framework.exceptions import NotFound
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.response import Response

from api.errors import InvalidInputError

_BIGINT = 2**63


class OpaqueCursor(CursorPagination):
    """`?limit=` (1 to 200, 50) and `?cursor=`; the answer is `{data, next, previous}` with whole addresses."""

    page_size = 50
    page_size_query_param = "limit"
    max_page_size = 200
    ordering = "id"

    def get_page_size(self, request: Request) -> int:
        limit = request.query_params.get(self.page_size_query_param)
        if limit is None:
            return self.page_size
        if not (_is_number(limit) and 1 <= int(limit) <= self.max_page_size):
            raise InvalidInputError({self.page_size_query_param: [f"Write a number from 1 to {self.max_page_size}."]})
        return int(limit)

    def decode_cursor(self, request: Request) -> Any:
        """Django REST framework's own passes the position on to the database unseen."""
        try:
            cursor = super().decode_cursor(request)
        except NotFound:
            raise _bad_cursor() from None
        if cursor is not None and cursor.position is not None and not _is_number(str(cursor.position)):
            raise _bad_cursor()
        return cursor

    def get_paginated_response(self, data: Any) -> Response:
        return Response({"data": data, "next": self.get_next_link(), "previous": self.get_previous_link()})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        link = {"type": ["string", "null"], "format": "uri", "example": None}
        return {
            "type": "object",
            "properties": {"data": schema, "next": link, "previous": link},
            "required": ["data", "next", "previous"],
        }


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 20 and int(text) < _BIGINT  # noqa: PLR2004


def _bad_cursor() -> InvalidInputError:
    return InvalidInputError({"cursor": ["Take the whole address from `next` or `previous` of a page."]})
