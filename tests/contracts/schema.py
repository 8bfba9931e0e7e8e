"""Answers against the contracts: the status must be listed, the body must fit its schema."""

from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from openapi_schema_validator import OAS31Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from tests.support.formats import FORMATS

FOLDER = Path(__file__).parent
FAMILIES = ("loop", "leko", "upvio", "flextell")

# What a client of a contract may always meet, in its family's envelope (README of the contracts).
ALWAYS = {400, 401, 403, 409, 412, 413, 415, 422, 428, 429, 503}
# Where each contract keeps that envelope.
_ENVELOPES = {
    "loop": "/components/schemas/Error",
    "leko": "/components/responses/BadRequest/content/application~1json/schema",
}
# What the platform adds to the fields of a contract. Its clients must be told nothing of them.
ADDITIONS = {"leko": {"timeslot", "capacity", "freePlaces", "sportId", "requiresApproval", "coach"}}
# What its refusals say besides, whichever of a contract's envelopes they are in (docs/api.md).
_REFUSALS_ADD = {"loop": {"message"}}
# The addresses of the contracts below ours.
BASES = {"loop": "", "leko": "/v1", "upvio": "/v1", "flextell": ""}


@lru_cache(maxsize=8)
def contract(family: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((FOLDER / f"{family}.yaml").read_text())
    return found


def operations(document: dict[str, Any]) -> dict[str, tuple[str, str, dict[str, Any]]]:
    """operationId → method, path, operation."""
    return {
        operation["operationId"]: (method, path, operation)
        for path, item in document["paths"].items()
        for method, operation in item.items()
        if method in {"get", "put", "post", "delete", "patch"}
    }


def statuses(operation: dict[str, Any]) -> set[int]:
    return {int(status) for status in operation["responses"]}


def assert_in_contract(answer: Any, *, family: str, operation: str, status: int) -> None:
    """The answer has the status, may have it, and is of the form that the contract gives it."""
    assert answer.status_code == status, answer.content
    method, path, found = operations(contract(family))[operation]
    if status not in statuses(found):
        assert status in ALWAYS, f"{operation} lists no {status}"
        _fits(answer, family, _ENVELOPES[family])
        return
    pointer = f"/paths/{_escaped(path)}/{method}/responses/{status}"
    response = found["responses"][str(status)]
    if "$ref" in response:
        pointer = response["$ref"].removeprefix("#")
        response = _at(family, pointer)
    if "content" in response:
        _fits(answer, family, f"{pointer}/content/application~1json/schema")
    elif 200 <= status < 300:
        assert answer.content == b""


def _fits(answer: Any, family: str, pointer: str) -> None:
    assert answer["Content-Type"] == "application/json"
    resource = DRAFT202012.create_resource(contract(family))
    registry: Registry[Any] = Registry().with_resource(f"urn:{family}", resource)
    validator = OAS31Validator({"$ref": f"urn:{family}#{pointer}"}, registry=registry, format_checker=FORMATS)
    assert [error.message for error in validator.iter_errors(answer.json())] == []
    if pointer != _ENVELOPES[family]:
        additions = ADDITIONS if answer.status_code < 400 else _REFUSALS_ADD
        assert _unknown(answer.json(), family, _at(family, pointer)) <= additions.get(family, set())


def _unknown(value: Any, family: str, schema: dict[str, Any]) -> set[str]:
    """The fields, at any depth, that a body has and its schema has not, unless the contract leaves them open."""
    if "$ref" in schema:
        return _unknown(value, family, _at(family, schema["$ref"].removeprefix("#")))
    if isinstance(value, list):
        return {name for item in value for name in _unknown(item, family, schema["items"])}
    if not isinstance(value, dict) or "properties" not in schema or schema.get("additionalProperties"):
        return set()
    inside = [_unknown(value[name], family, part) for name, part in schema["properties"].items() if name in value]
    return (set(value) - set(schema["properties"])).union(*inside)


def _at(family: str, pointer: str) -> dict[str, Any]:
    found: Any = contract(family)
    for step in pointer.strip("/").split("/"):
        found = found[step.replace("~1", "/").replace("~0", "~")]
    return dict(found)


def _escaped(path: str) -> str:
    return path.replace("~", "~0").replace("/", "~1")
