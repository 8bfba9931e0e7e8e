"""What an OpenAPI document lacks that a client, a generator or a fuzzer needs. House rules, as one function."""

from typing import Any

from accounts.scopes import SCOPES
from tests.openapi.document import Operation, example_of, mistakes, operations, resolved

ALWAYS = {"400", "401", "403", "404", "429", "500", "503"}
WRITES = {"408", "409", "411", "413", "422"}
# Their answers hold more than what their version is of.
ALWAYS_WHOLE = {"getEvent", "getBooking"}
# A bare string says nothing; of these any text is fine: it finds nobody, or is ignored.
FREE_TEXT = {("query", "email"), ("query", "cursor"), ("header", "If-None-Match"), ("header", "If-Match")}


def gaps(whole: dict[str, Any]) -> list[str]:
    """One line for each thing that is missing; nothing when the document is complete."""
    found = [f"{operation.id}: {text}" for operation in operations(whole) for text in _of_operation(whole, operation)]
    known = {tag["name"] for tag in whole["tags"]}
    found += [f"{o.id}: unknown tag" for o in operations(whole) if not set(o.body.get("tags", [])) <= known]
    return found + _of_answers(whole)


def _of_operation(whole: dict[str, Any], operation: Operation) -> list[str]:
    body = operation.body
    found = [f"no {name}" for name in ("operationId", "summary", "tags", "security") if not body.get(name)]
    if found:
        return found
    for requirement in body["security"]:
        ((scheme, scopes),) = requirement.items()
        if scheme not in whole["components"]["securitySchemes"] or not scopes or not set(scopes) <= set(SCOPES):
            found.append(f"security without known scopes: {requirement}")
    for parameter in body["parameters"]:
        found += _of_parameter(whole, parameter)
    if "requestBody" in body:
        (media,) = body["requestBody"]["content"].values()
        if not operation.request_examples:
            found.append("no request example")
        for name, value in operation.request_examples.items():
            found += [f"request example {name}: {text}" for text in mistakes(whole, media["schema"], value)]
    return found + _codes(operation) + _of_responses(whole, operation)


def _of_parameter(whole: dict[str, Any], parameter: dict[str, Any]) -> list[str]:
    name, schema = parameter["name"], parameter["schema"]
    found = [] if parameter.get("description") else [f"parameter {name}: no description"]
    of_text = {"format", "enum", "pattern", "minLength"}
    bounded = {"string": of_text, "array": {"maxItems"}}.get(schema["type"], {"minimum"})
    if not bounded & set(schema) and (parameter["in"], name) not in FREE_TEXT:
        found.append(f"parameter {name}: any {schema['type']} at all")
    if (example := example_of(parameter)) is not None:
        found += [f"parameter {name}: {text}" for text in mistakes(whole, schema, example)]
    return found


def _codes(operation: Operation) -> list[str]:
    responses = operation.body["responses"]
    wanted = set(ALWAYS)
    if operation.method != "GET":
        wanted |= WRITES
    if "requestBody" in operation.body:
        wanted.add("415")
    names = {parameter["name"]: parameter for parameter in operation.parameters("header")}
    if "If-Match" in names:
        wanted.add("412")
        wanted |= {"428"} if names["If-Match"]["required"] else set()
    if "ETag" in operation.success[1].get("headers", {}) and operation.method == "GET":
        wanted |= {"412"} if operation.id in ALWAYS_WHOLE else {"304", "412"}
    found = [f"no answer {code}" for code in sorted(wanted - set(responses))]
    if operation.method != "GET" and "Idempotency-Key" not in names:
        found.append("no Idempotency-Key")
    if "304" in responses and ("content" in responses["304"] or "If-None-Match" not in names):
        found.append("304 with a body, or without If-None-Match")
    return found


def _of_responses(whole: dict[str, Any], operation: Operation) -> list[str]:
    found = []
    for code, answer in operation.body["responses"].items():
        headers = {name: resolved(whole, header) for name, header in answer.get("headers", {}).items()}
        wanted = {"X-Request-Id", "traceparent"} | ({"WWW-Authenticate"} if code in {"401", "403"} else set())
        wanted |= {"Retry-After"} if code in {"429", "503"} else set()
        wanted |= {"Idempotent-Replayed"} if operation.method != "GET" and code < "300" else set()
        wanted |= {"ETag"} if code == "304" else set()
        found += [f"{code}: no header {name}" for name in sorted(wanted - set(headers))]
        found += [f"{code}: header {name} has no schema" for name, header in headers.items() if not header["schema"]]
        if not answer.get("description"):
            found.append(f"{code}: no description")
        if code in {"204", "304"}:
            continue
        if "content" not in answer:
            found.append(f"{code}: no body")
            continue
        for media in answer["content"].values():
            found += _of_media(whole, code, media)
    return found


def _of_media(whole: dict[str, Any], code: str, media: dict[str, Any]) -> list[str]:
    found = []
    if code >= "400" and "$ref" not in media["schema"]:
        found.append(f"{code}: no named component")
    if not media.get("examples"):
        found.append(f"{code}: no example")
    for name, example in media.get("examples", {}).items():
        found += [f"{code} example {name}: {text}" for text in mistakes(whole, media["schema"], example["value"])]
    return found


def _of_answers(whole: dict[str, Any]) -> list[str]:
    """Answers are exact: a field that is not documented is not sent."""
    return [
        f"{name}: additionalProperties are open"
        for name, schema in whole["components"].get("schemas", {}).items()
        if not name.endswith("Request") and schema.get("type") == "object" and "additionalProperties" not in schema
    ]
