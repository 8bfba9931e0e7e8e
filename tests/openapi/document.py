"""Our own OpenAPI document, as tests walk through it."""

from dataclasses import dataclass
from typing import Any

import orjson
from openapi_schema_validator import OAS31Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from api.openapi_views import document
from tests.support.formats import FORMATS


@dataclass(frozen=True)
class Operation:
    """One operation of a document."""

    method: str
    path: str
    body: dict[str, Any]

    @property
    def id(self) -> str:
        return str(self.body.get("operationId", f"{self.method} {self.path}"))

    @property
    def success(self) -> tuple[int, dict[str, Any]]:
        """The code below 300, and its answer; of two that of what was written, not of its preview."""
        status, answer = max((code, found) for code, found in self.body["responses"].items() if code < "300")
        return int(status), answer

    def answer(self, status: int) -> dict[str, Any]:
        """What is documented of a status."""
        found: dict[str, Any] = self.body["responses"][str(status)]
        return found

    def parameters(self, where: str) -> list[dict[str, Any]]:
        return [parameter for parameter in self.body["parameters"] if parameter["in"] == where]

    @property
    def request_examples(self) -> dict[str, Any]:
        """The bodies to send, by their names."""
        content = self.body.get("requestBody", {}).get("content", {})
        return {
            name: example["value"] for media in content.values() for name, example in media.get("examples", {}).items()
        }


def parsed(family: str = "") -> dict[str, Any]:
    found: dict[str, Any] = orjson.loads(document(family))
    return found


def operations(whole: dict[str, Any]) -> list[Operation]:
    return [
        Operation(method.upper(), path, body) for path, item in whole["paths"].items() for method, body in item.items()
    ]


def example_of(parameter: dict[str, Any]) -> Any:
    """A parameter's first example, or None."""
    named = [example["value"] for example in parameter.get("examples", {}).values()]
    return next(iter(named), parameter.get("example"))


def resolved(whole: dict[str, Any], part: dict[str, Any]) -> dict[str, Any]:
    """The part itself, or what it refers to."""
    if "$ref" not in part:
        return part
    found: Any = whole
    for step in part["$ref"].removeprefix("#/").split("/"):
        found = found[step]
    return dict(found)


def mistakes(whole: dict[str, Any], schema: dict[str, Any], value: Any) -> list[str]:
    """What is wrong with a value by a schema of the document, formats included."""
    registry: Registry[Any] = Registry().with_resource("urn:own", DRAFT202012.create_resource(whole))
    local = orjson.loads(orjson.dumps(schema).replace(b'"#/components', b'"urn:own#/components'))
    validator = OAS31Validator(local, registry=registry, format_checker=FORMATS)
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(value)]
