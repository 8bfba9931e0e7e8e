"""Every operation has all that a client, a generator and a fuzzer need; and each gap would be seen."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from api.families import FAMILIES
from tests.openapi.document import operations, parsed
from tests.openapi.gaps import gaps


@pytest.mark.parametrize("family", ["", *(family.name for family in FAMILIES)])
def test_nothing_is_missing(family: str) -> None:
    assert gaps(parsed(family)) == []


def test_a_familys_document_holds_no_component_of_another() -> None:
    schemas = set(parsed("platform")["components"]["schemas"])

    assert "Problem" in schemas
    assert not {name for name in schemas if name.startswith(("Loop", "Leko", "Coach"))}


def _operation(whole: dict[str, Any], operation_id: str) -> dict[str, Any]:
    return next(operation.body for operation in operations(whole) if operation.id == operation_id)


def _book(whole: dict[str, Any]) -> dict[str, Any]:
    return _operation(whole, "createCoachBooking")


def _change(whole: dict[str, Any]) -> dict[str, Any]:
    return _operation(whole, "changeClient")


def _media(operation: dict[str, Any], code: str) -> dict[str, Any]:
    found: dict[str, Any] = operation["responses"][code]["content"]["application/json"]
    return found


def _request(operation: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = operation["requestBody"]["content"]["application/json"]
    return found


def _parameter(operation: dict[str, Any], name: str) -> dict[str, Any]:
    return next(parameter for parameter in operation["parameters"] if parameter["name"] == name)


HARM: dict[str, Callable[[dict[str, Any]], object]] = {
    "no operationId": lambda whole: _book(whole).pop("operationId"),
    "no summary": lambda whole: _book(whole).pop("summary"),
    "no tags": lambda whole: _book(whole).pop("tags"),
    "unknown tag": lambda whole: _book(whole)["tags"].append("nobody"),
    "no security": lambda whole: _book(whole).pop("security"),
    "security without known scopes": lambda whole: _book(whole)["security"].append({"bearer": []}),
    "no request example": lambda whole: _request(_book(whole)).pop("examples"),
    "request example": lambda whole: _request(_book(whole))["examples"].update(x={"value": {"slot_at": 5}}),
    "any string at all": lambda whole: _parameter(_book(whole), "coach_id")["schema"].pop("format"),
    "any integer at all": lambda whole: _parameter(_book(whole), "X-Tenant")["schema"].pop("minimum"),
    "no description": lambda whole: _parameter(_book(whole), "coach_id").pop("description"),
    "parameter X-Tenant": lambda whole: _parameter(_book(whole), "X-Tenant").update(example="north"),
    "no answer 401": lambda whole: _book(whole)["responses"].pop("401"),
    "no answer 429": lambda whole: _book(whole)["responses"].pop("429"),
    "no answer 413": lambda whole: _book(whole)["responses"].pop("413"),
    "no answer 415": lambda whole: _book(whole)["responses"].pop("415"),
    "no answer 412": lambda whole: _change(whole)["responses"].pop("412"),
    "no answer 428": lambda whole: _change(whole)["responses"].pop("428"),
    "no answer 304": lambda whole: _operation(whole, "getClient")["responses"].pop("304"),
    "304 with a body": lambda whole: _operation(whole, "getClient")["responses"]["304"].update(content={}),
    "no Idempotency-Key": lambda whole: _book(whole)["parameters"].remove(_parameter(_book(whole), "Idempotency-Key")),
    "no header X-Request-Id": lambda whole: _book(whole)["responses"]["409"]["headers"].pop("X-Request-Id"),
    "no header WWW-Authenticate": lambda whole: _book(whole)["responses"]["401"]["headers"].pop("WWW-Authenticate"),
    "no header Retry-After": lambda whole: _book(whole)["responses"]["503"]["headers"].pop("Retry-After"),
    "no header Idempotent-Replayed": lambda whole: _book(whole)["responses"]["201"]["headers"].pop(
        "Idempotent-Replayed"
    ),
    "409: no example": lambda whole: _media(_book(whole), "409").pop("examples"),
    "201: no example": lambda whole: _media(_book(whole), "201").pop("examples"),
    "409: no body": lambda whole: _book(whole)["responses"]["409"].pop("content"),
    "409: no named component": lambda whole: _media(_book(whole), "409").update(schema={"type": "object"}),
    "409 example": lambda whole: _media(_book(whole), "409")["examples"].update(x={"value": {"error": 5}}),
    "additionalProperties are open": lambda whole: whole["components"]["schemas"]["SlotOutput"].pop(
        "additionalProperties"
    ),
}


@pytest.mark.parametrize("harm", HARM)
def test_what_is_missing_is_seen(harm: str) -> None:
    whole = deepcopy(parsed())
    HARM[harm](whole)

    found = gaps(whole)

    assert found
    assert all(harm in text for text in found[:1]), found
