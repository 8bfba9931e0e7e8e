"""Every documented request, sent to the demo as it stands, gets what is documented."""

from functools import cache
from typing import Any
from urllib.parse import urlencode

import pytest

from api import examples
from config.demo.data import demo_id
from notifications.api import template_examples
from tests.openapi.demo import Demo
from tests.openapi.document import Operation, example_of, mistakes, operations, parsed, resolved

WHOLE = parsed()
OPERATIONS = {operation.id: operation for operation in operations(WHOLE)}
EXAMPLES = [(operation.id, name) for operation in OPERATIONS.values() for name in operation.request_examples or [""]]


@pytest.fixture(scope="module")
def send(demo: Demo) -> Any:
    """Sends an operation's example once; afterwards answers what it got."""

    @cache
    def once(operation_id: str, example: str) -> Any:
        operation = OPERATIONS[operation_id]
        return demo.request(
            operation.method,
            f"{address(operation)}?{urlencode(_examples(operation, 'query'))}",
            operation.request_examples.get(example),
            **_examples(operation, "header"),
        )

    def address(operation: Operation) -> str:
        path = operation.path
        for parameter in operation.parameters("path"):
            value = example_of(parameter) or linked(operation.id, parameter["name"])
            path = path.replace(f"{{{parameter['name']}}}", str(value))
        return path

    def linked(operation_id: str, parameter: str) -> Any:
        """What a documented link of another operation's answer leads to."""
        leading = [one for one in OPERATIONS.values() if one.method == "POST" and operation_id in _leads_to(one)]
        assert leading, f"{operation_id}: neither an example of {parameter} nor a link to it"
        # A booking that was made is moved before it is cancelled: what another of them leads to goes first.
        operation = min(leading, key=lambda one: not any(one.id in _leads_to(other) for other in leading))
        number = _leads_to(operation).index(operation_id)
        link = list(operation.success[1]["links"].values())[number]
        # Each link leads from another example, where there are as many: what one of them ends, the others need.
        examples = list(operation.request_examples) or [""]
        body = once(operation.id, examples[number if len(examples) > number else 0]).json()
        return body[link["parameters"][parameter].removeprefix("$response.body#/")]

    once.address = address  # type: ignore[attr-defined]
    return once


def _leads_to(operation: Operation) -> list[str]:
    return [link["operationId"] for link in operation.success[1].get("links", {}).values()]


def _examples(operation: Operation, where: str) -> dict[str, str]:
    found = {parameter["name"]: example_of(parameter) for parameter in operation.parameters(where)}
    return {name: str(value) for name, value in found.items() if value is not None}


def _names(body: Any) -> set[str]:
    """The fields of an object, or of the first of an array."""
    return set(body[0] if isinstance(body, list) else body)


@pytest.mark.parametrize(("operation_id", "example"), EXAMPLES)
def test_an_example_works_and_its_answer_is_as_documented(send: Any, operation_id: str, example: str) -> None:
    answer = send(operation_id, example)

    assert answer.status_code < 300, answer.content
    documented = OPERATIONS[operation_id].answer(answer.status_code)
    for name, reference in documented["headers"].items():
        header = resolved(WHOLE, reference)
        assert name in answer or not header["required"], name
        if name in answer:
            value = int(answer[name]) if header["schema"]["type"] == "integer" else answer[name]
            assert mistakes(WHOLE, header["schema"], value) == []
    assert ("ETag" in answer) == ("ETag" in documented["headers"])
    if "content" not in documented:
        assert answer.content == b""
        return
    media = documented["content"][answer["Content-Type"]]
    assert mistakes(WHOLE, media["schema"], answer.json()) == []
    (shown, *_) = [one["value"] for one in media["examples"].values()]
    assert _names(shown) == _names(answer.json())


@pytest.mark.parametrize("operation_id", [o.id for o in OPERATIONS.values() if "304" in o.body["responses"]])
def test_who_has_the_version_gets_304_without_a_body(demo: Demo, send: Any, operation_id: str) -> None:
    operation = OPERATIONS[operation_id]
    path = send.address(operation)

    answer = demo.request("GET", path, **{"If-None-Match": demo.request("GET", path)["ETag"]})

    assert (answer.status_code, answer.content) == (304, b"")
    assert set(operation.body["responses"]["304"]["headers"]) <= set(answer.headers)


def test_the_examples_name_people_of_the_demo() -> None:
    assert str(demo_id("harbor", "person", "Ines Calloway")) == examples.COACH
    assert str(demo_id("harbor", "person", "Maya Lindqvist")) == examples.PATIENT
    assert str(demo_id("harbor", "person", "Edda Holm")) == examples.LEAVER
    assert str(demo_id("harbor", "brand", "harbor-mind")) == examples.BRAND
    assert str(demo_id("harbor", "message")) == examples.SENT_MESSAGE
    assert str(demo_id("harbor", "suppression")) == examples.SUPPRESSION
    assert str(demo_id("harbor", "template", "booked", "es")) == template_examples.BOOKED
    assert str(demo_id("harbor", "template", "cancelled", "es")) == template_examples.CANCELLED
