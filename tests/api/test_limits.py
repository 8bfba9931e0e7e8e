"""What is sent twice, too long or in the wrong form: a 4xx in the family's envelope that names it."""

import io
import re
from typing import Any

import orjson
import pytest
from django.core.handlers.wsgi import WSGIRequest
from rest_framework.serializers import ListField

from api.errors import IncompleteBodyError
from api.openapi_views import document
from api.parsers import read_body
from tests.api.envelopes import refused
from tests.api.scene import Scene
from tests.api.test_strict_bodies import WITHOUT_BODY
from tests.support.routes import Operation, operations

OPERATIONS = operations()
WRITES = [operation for operation in OPERATIONS if operation.method != "GET"]
READING = [operation for operation in WRITES if str(operation) not in WITHOUT_BODY]
WITH_QUERY = [
    (operation, name)
    for operation in OPERATIONS
    if (query := operation.view.queries.get(operation.action))
    for name, field in query().fields.items()
    if not isinstance(field, ListField)
]


def _ask(scene: Scene, operation: Operation, query: str = "", **options: Any) -> Any:
    body = scene.bodies.get(str(operation))
    return scene.rest.request(operation.method, operation.path(scene.values) + query, body, **options)


def test_openapi_and_the_code_declare_the_same_parameters() -> None:
    documented = {
        found["operationId"]: {p["name"] for p in found.get("parameters", []) if p["in"] == "query"}
        for item in orjson.loads(document(""))["paths"].values()
        for found in item.values()
    }

    declared = [set(query().fields) for o in OPERATIONS if (query := o.view.queries.get(o.action))]

    assert sorted(map(sorted, filter(None, documented.values()))) == sorted(map(sorted, declared))


@pytest.mark.parametrize(("operation", "name"), WITH_QUERY, ids=str)
def test_a_parameter_that_is_there_twice_is_refused_by_name(scene: Scene, operation: Operation, name: str) -> None:
    for query in (f"?{name}=a&{name}=b", f"?{name}=1&x=2&{name}=1", f"?{name}=&{name}="):
        said = refused(_ask(scene, operation, query), method=operation.method, path=operation.path(scene.values))

        assert said.is_invalid_input, (query, said)
        assert said.message.startswith(f"{name}: Send it once."), query


@pytest.mark.parametrize("operation", OPERATIONS, ids=str)
def test_unknown_parameters_are_ignored_however_often_they_come(scene: Scene, operation: Operation) -> None:
    unknown = "unknown=1&unknown=2&ordering=x"
    needed = scene.queries.get(str(operation), "?")

    answer = _ask(scene, operation, f"{needed}&{unknown}", headers={"If-Match": "*"})

    assert answer.status_code < 300, answer.content


@pytest.mark.parametrize("operation", OPERATIONS, ids=str)
def test_a_thousand_parameters_too_many_break_nothing(scene: Scene, operation: Operation) -> None:
    answer = _ask(scene, operation, "?" + "a=1&" * 1500, headers={"If-Match": "*"})

    assert answer.status_code < 500, answer.content


@pytest.mark.parametrize(
    ("name", "value"),
    [("email", "a" * 255), ("email", "%00"), ("limit", "9" * 5000), ("limit", "٣"), ("cursor", "a" * 5000)],
)
def test_a_value_that_can_not_be_is_refused_by_name(scene: Scene, name: str, value: str) -> None:
    for path in ("/v1/clients", "/v1/staff"):
        said = refused(scene.rest.get(f"{path}?{name}={value}"), method="GET", path=path)

        assert said.status == 400
        assert said.message.startswith(f"{name}: ")


@pytest.mark.parametrize("operation", OPERATIONS, ids=str)
@pytest.mark.parametrize("name", ["Authorization", "Idempotency-Key", "X-Current-User-Id", "X-Tenant"])
def test_a_header_that_is_there_twice_is_refused_by_name(scene: Scene, operation: Operation, name: str) -> None:
    for value in ("a,a", "a, a") if name == "Idempotency-Key" else ("a, b", "a,a"):  # as a WSGI server hands it on
        answer = _ask(scene, operation, headers={name: value})

        said = refused(answer, method=operation.method, path=operation.path(scene.values))
        assert (said.status, said.code) == (400, "repeated_header")
        assert name in said.message


@pytest.mark.parametrize("operation", READING, ids=str)
def test_a_body_in_another_encoding_is_415(scene: Scene, operation: Operation) -> None:
    path = operation.path(scene.values)
    for content_type in ("application/json; charset=latin-1", 'application/json; charset="utf-16"',
                         "application/json, application/json"):  # fmt: skip
        answer = _ask(scene, operation, content_type=content_type)
        assert refused(answer, method=operation.method, path=path).code == "unsupported_media_type", content_type
    for coding in ("gzip", "br", "identity, gzip"):
        answer = _ask(scene, operation, headers={"Content-Encoding": coding})
        assert refused(answer, method=operation.method, path=path).code == "unsupported_media_type", coding


@pytest.mark.parametrize("operation", READING, ids=str)
def test_a_byte_order_mark_is_no_json(scene: Scene, operation: Operation) -> None:
    path = operation.path(scene.values)
    answer = scene.rest.request(operation.method, path, raw=b"\xef\xbb\xbf{}")

    assert refused(answer, method=operation.method, path=path).code == "malformed_json"


def _but_for_the_time(content: bytes) -> bytes:
    """An export says when it was made."""
    return re.sub(rb'"exportedAt":"[^"]+"', b"", content)


@pytest.mark.parametrize("operation", [o for o in OPERATIONS if o.method == "GET"], ids=str)
def test_a_body_of_a_read_says_nothing_and_head_is_a_get_without_its_body(scene: Scene, operation: Operation) -> None:
    path = operation.path(scene.values) + scene.queries.get(str(operation), "")
    plain = scene.rest.request("GET", path)
    with_body = scene.rest.request("GET", path, raw=b"not json", content_type="text/plain")
    head = scene.rest.request("HEAD", path)

    assert _but_for_the_time(with_body.content) == _but_for_the_time(plain.content)
    assert (head.status_code, head.content) == (plain.status_code, b"")
    assert head.headers.get("ETag") == plain.headers.get("ETag")


@pytest.mark.parametrize("operation", OPERATIONS, ids=str)
@pytest.mark.parametrize("method", ["OPTIONS", "TRACE", "PURGE"])
def test_another_method_is_405_and_says_which_there_are(scene: Scene, operation: Operation, method: str) -> None:
    answer = scene.rest.request(method, operation.path(scene.values))

    assert answer.status_code == 405
    assert operation.method in answer["Allow"]


def _cut_off(sent: bytes, *, promised: int) -> WSGIRequest:
    return WSGIRequest(
        {"REQUEST_METHOD": "POST", "PATH_INFO": "/", "CONTENT_LENGTH": str(promised), "wsgi.input": io.BytesIO(sent)}
    )


def test_a_body_that_was_cut_off_is_no_body() -> None:
    for sent in (b"", b"{}"):
        with pytest.raises(IncompleteBodyError):
            read_body(_cut_off(sent, promised=3))

    assert read_body(_cut_off(b"{}", promised=2)) == b"{}"
