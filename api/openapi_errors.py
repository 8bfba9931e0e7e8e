"""What a refusal looks like in the OpenAPI documents: each family's envelope once, as a named component."""

from typing import Any

from api import errors
from api.families import FLEXTELL, LEKO, LOOP, PLATFORM, UPVIO, Family, Refusal
from api.openapi_headers import refusal_headers
from tenants.errors import DomainError

_TEXT = {"type": "string"}
_CODE = {"type": "string", "pattern": "^[a-z_]+$", "description": "Never changes. All codes: /docs/errors"}
_FIELDS = {
    "type": "object",
    "additionalProperties": {"type": "array", "items": _TEXT},
    "description": "What is wrong with each field, by its name: `exceptions.0.date`.",
}
NOT_FOUND = 404
UNAUTHENTICATED = 401


def _object(*required: str, **properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(required), "additionalProperties": False}


_LEKO_ERROR = _object(
    "code", "message", "endpoint", "requestId", code=_CODE, message=_TEXT, endpoint=_TEXT, requestId=_TEXT
)

# The components by their names.
ENVELOPES: dict[str, dict[str, Any]] = {
    "LoopError": _object("error", "message", error=_CODE, message=_TEXT),
    "LoopUnauthenticated": _object(
        "error", "message", "error_description", error=_CODE, message=_TEXT, error_description=_TEXT
    ),
    "LekoError": _LEKO_ERROR,
    "LekoErrors": _object(
        "errors", errors={"type": "array", "minItems": 1, "items": {"$ref": "#/components/schemas/LekoError"}}
    ),
    "UpvioError": _object(
        "error", error=_object("code", "title", code={"type": "integer", "minimum": 400, "maximum": 599}, title=_TEXT)
    ),
    "FlextellError": _object("error", "message", error=_CODE, message=_TEXT, errors=_FIELDS),
    "Problem": _object(
        "type", "title", "status", "code", "detail", "request_id",
        type={"type": "string", "format": "uri-reference", "description": "Where the code is explained."},
        title=_TEXT,
        status={"type": "integer", "minimum": 400, "maximum": 599},
        code=_CODE,
        detail=_TEXT,
        request_id=_TEXT,
        errors=_FIELDS,
    ),
}  # fmt: skip


def envelope_names(family: Family, status: int) -> list[str]:
    """The component of a family's refusals with a status, and those that it refers to."""
    match family.name:
        case LOOP.name:
            return ["LoopUnauthenticated" if status == UNAUTHENTICATED else "LoopError"]
        case LEKO.name:
            return ["LekoError"] if status == NOT_FOUND else ["LekoErrors", "LekoError"]
        case UPVIO.name:
            return ["UpvioError"]
        case FLEXTELL.name:
            return ["FlextellError"]
        case PLATFORM.name:
            return ["Problem"]
    raise ValueError(family.name)


def status_of(family: Family, error: type[DomainError]) -> int:
    """The HTTP status that a refusal has in a family."""
    if issubclass(error, errors.InvalidInputError):
        return family.invalid_status
    return error.status if issubclass(error, errors.EdgeError) else family.status_of(error.kind)


def refusal_response(family: Family, status: int, group: list[type[DomainError]], *, writes: bool) -> dict[str, Any]:
    """The answer of a status, with an example of each refusal that has it."""
    examples = {
        family.code_of(error.code): {
            "value": family.envelope(
                Refusal(
                    status=status,
                    code=family.code_of(error.code),
                    message=_example(error),
                    fields=_FIELD_SAMPLES if error is errors.InvalidInputError else {},
                    path="/v1/…",
                    request_id="6f0d0bb4-2f27-4f4b-9d5c-0f3f0f5b1c11",
                )
            )
        }
        for error in group
    }
    schema = {"$ref": f"#/components/schemas/{envelope_names(family, status)[0]}"}
    return {
        "description": " ".join(f"`{code}`" for code in examples),
        "headers": refusal_headers(status, group, writes=writes),
        "content": {family.content_type: {"schema": schema, "examples": examples}},
    }


class _Samples(dict[str, str]):
    """What stands in an example for what an error names."""

    def __missing__(self, name: str) -> str:
        return f"({name.replace('_', ' ')})"


_FIELD_SAMPLES = {"slot_at": ["This field is required."]}
_SAMPLES = _Samples(
    slot_at="{day}T15:00:00Z",
    starts_at="{day}T15:00:00Z",
    ends_at="{day}T15:30:00Z",
    nearest=" Free: {day}T15:30:00Z.",
    visit_type="video-visit",
    coach_id="53075d23-6c3f-5e98-b11a-0b04678e1dec",
    id="53075d23-6c3f-5e98-b11a-0b04678e1dec",
    other="another booking",
    notice_minutes="120",
    horizon_days="60",
    status="cancelled",
    started="",
    begun="",
    scope="write:bookings",
    header="X-Tenant",
    limit="60",
    seconds="10",
    retry_after="1",
    summary="slot_at: This field is required.",
    reason="unexpected character: line 1 column 1 (char 0)",
)


def _example(error: type[DomainError]) -> str:
    """A message as a client would read it."""
    return error.message.format_map(_SAMPLES)
