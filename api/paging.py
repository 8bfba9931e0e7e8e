"""Paging of the platform's own lists: an opaque cursor, stable while rows are added."""

from typing import Any

from rest_framework.pagination import CursorPagination
from rest_framework.response import Response


class OpaqueCursor(CursorPagination):
    """`?limit=` (1 to 200, 50) and `?cursor=`; the answer is `{data, next, previous}` with whole addresses."""

    page_size = 50
    page_size_query_param = "limit"
    max_page_size = 200
    ordering = "id"

    def get_paginated_response(self, data: Any) -> Response:
        return Response({"data": data, "next": self.get_next_link(), "previous": self.get_previous_link()})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        link = {"type": ["string", "null"], "format": "uri"}
        return {
            "type": "object",
            "properties": {"data": schema, "next": link, "previous": link},
            "required": ["data", "next", "previous"],
        }
