"""JSON out: orjson, instants in RFC 3339 with Z."""

from collections.abc import Iterable, Mapping
from typing import Any

import orjson
from django.utils.http import parse_header_parameters
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request


def dumps(data: Any) -> bytes:
    """The bytes of an answer. Aware datetimes are written in UTC: 2026-11-20T09:00:00Z."""
    return orjson.dumps(data, option=orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS)


class OrjsonRenderer(BaseRenderer):
    media_type = "application/json"
    format = "json"
    charset = None

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,  # noqa: ARG002
        renderer_context: Mapping[str, Any] | None = None,  # noqa: ARG002
    ) -> bytes:
        return b"" if data is None else dumps(data)


class AlwaysJSON(BaseContentNegotiation):
    """The contracts know JSON alone: `Accept` chooses nothing."""

    def select_parser(self, request: Request, parsers: Iterable[BaseParser]) -> BaseParser | None:
        if request.headers.get("Content-Encoding", "identity").lower() != "identity":
            return None
        content_type, parameters = parse_header_parameters(request.content_type or "")
        # RFC 8259: JSON is UTF-8. What says otherwise might be read as something else.
        if parameters.get("charset", "utf-8").lower() not in {"utf-8", "utf8"}:
            return None
        return next((parser for parser in parsers if parser.media_type == content_type), None)

    def select_renderer(
        self,
        request: Request,  # noqa: ARG002
        renderers: Iterable[BaseRenderer],
        format_suffix: str | None = None,  # noqa: ARG002
    ) -> tuple[BaseRenderer, str]:
        renderer = next(iter(renderers))
        return renderer, str(renderer.media_type)
