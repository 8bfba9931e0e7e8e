"""Versions of what is read and changed: strong ETags out, `If-Match` in (RFC 9110, section 13)."""

import re

from drf_spectacular.utils import OpenApiExample, OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response

from api.errors import InvalidInputError, PreconditionRequiredError
from api.openapi_headers import IF_MATCH_SCHEMA

_TAGS = re.compile(r'\s*(W/)?"([^"]*)"\s*(,|\Z)')
# Of a version: what fits in its column.
_VERSION = re.compile(r"\d{1,9}\Z", re.ASCII)

IF_MATCH = OpenApiParameter(
    "If-Match",
    IF_MATCH_SCHEMA,
    OpenApiParameter.HEADER,
    description="The ETag of what was read. Another version now: 412.",
)
# Where the platform's own writes need it: 428 without.
IF_MATCH_NEEDED = OpenApiParameter(
    "If-Match",
    IF_MATCH_SCHEMA,
    OpenApiParameter.HEADER,
    required=True,
    description="The ETag of what was read, or `*` for any version. Another version now: 412; without: 428.",
    examples=[OpenApiExample("Any version", value="*")],
)


def versioned(response: Response, version: int) -> Response:
    """The response with the ETag of the version that it shows."""
    response["ETag"] = f'"{version}"'
    return response


def expected_versions(request: Request, *, required: bool = False) -> frozenset[int] | None:
    """The versions that `If-Match` names; None for any (`*`, or no header where it isn't required).

    Weak and foreign tags match nothing. Raises PreconditionRequiredError, InvalidInputError.
    """
    header = request.headers.get("If-Match")
    if header is None:
        if required:
            raise PreconditionRequiredError
        return None
    if header.strip() == "*":
        return None
    versions, at = set(), 0
    while at < len(header):
        tag = _TAGS.match(header, at)
        if tag is None:
            raise InvalidInputError({"If-Match": ['Send the ETag as you got it, such as "3".']})
        if not tag[1] and _VERSION.match(tag[2]):
            versions.add(int(tag[2]))
        at = tag.end()
    return frozenset(versions)
