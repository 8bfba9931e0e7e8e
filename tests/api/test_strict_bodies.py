"""Bodies that could not be stored, compared or answered safely are refused, by every write that reads one."""

from typing import Any

import orjson
import pytest

from tests.api.envelopes import Refused, refused
from tests.api.scene import Scene
from tests.support.routes import Operation, operations

WRITES = [operation for operation in operations() if operation.method != "GET"]
# These read no body: whatever is sent with them means nothing.
WITHOUT_BODY = {
    "POST /v1/bookings/notify",
    "DELETE /v1/bookings/<str:id>",
    "DELETE /v1/bookings/user-data",
    "POST /v1/bookings/<str:id>/complete",
    "POST /v1/bookings/<str:id>/no-show",
    "PATCH /v1/bookings/<str:id>/dismiss",
    "PATCH /v1/bookings/<str:id>/accept",
    "PATCH /v1/bookings/<str:id>/reject",
    "DELETE /v1/events/<uuid:id>/waiting/<uuid:waiting_id>",
    "DELETE /v1/holds/<uuid:pk>",
    "DELETE /v1/providers/<str:id>/slots/<str:slot_id>",
    "POST /v1/visits/<str:id>/check-in",
    "POST /v1/visits/<str:id>/start",
    "POST /v1/visits/<str:id>/complete",
    "POST /v1/visits/<str:id>/no-show",
    "POST /v1/visits/<str:id>/undo",
    "POST /v1/messages/<uuid:pk>/retry",
    "POST /v1/messages/<uuid:pk>/send-now",
    "POST /v1/calendar-feeds/<uuid:pk>/rotate",
    "POST /v1/channel-accounts/<uuid:pk>/rotate-reports-url",
    "DELETE /v1/calendar-feeds/<uuid:pk>",
    "DELETE /v1/channel-accounts/<uuid:pk>",
    "DELETE /v1/notification-rules/<int:pk>",
    "DELETE /v1/notification-templates/<uuid:pk>",
    "DELETE /v1/suppressions/<uuid:pk>",
    "DELETE /v1/webhook-endpoints/<uuid:pk>",
    "POST /v1/webhook-endpoints/<uuid:pk>/test",
    "POST /v1/webhook-deliveries/<int:pk>/replay",
}
# These read one that may be empty.
WITHOUT_REQUIRED = {
    "POST /v1/visits/<str:id>/cancel",
    "POST /v1/channel-accounts/<uuid:pk>/test",
    "POST /v1/notification-rules/<int:rule_id>/templates/preview",
    "POST /v1/webhook-endpoints/<uuid:pk>/rotate-secret",
}
READING = [operation for operation in WRITES if str(operation) not in WITHOUT_BODY]

MALFORMED = {
    "half": b'{"x": ',
    "words": b"not json",
    "two documents": b"{} {}",
    "NaN": b'{"x": NaN}',
    "Infinity": b'{"x": -Infinity}',
    "a lone surrogate": b'{"x": "\\ud800"}',
    "a lone surrogate as a name": b'{"\\udfff": 1}',
    "invalid UTF-8": b'{"x": "\xff"}',
    "encoded surrogates": b'{"x": "\xed\xa0\x80"}',
    "UTF-16": '{"x": 1}'.encode("utf-16"),
    "single quotes": b"{'x': 1}",
    "1e400": b'{"x": 1e400}',
    "400 digits": b'{"x": 1' + b"0" * 400 + b"}",
    "only a space": b" ",
    "nested too deep to parse": b'{"x":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
}
UNSAFE = {
    "past bigint": (b'{"x": 9223372036854775808}', "x"),
    "far past bigint": (b'{"x": 1' + b"0" * 100 + b"}", "x"),
    "a float past bigint": (b'{"x": -1e300}', "x"),
    "below bigint": (b'{"x": -9223372036854775809}', "x"),
    "a NUL": (b'{"x": "a\\u0000b"}', "x"),
    "a NUL deep inside": (b'{"x": [{"y": "\\u0000"}]}', "x.0.y"),
    "a NUL in a name": (b'{"x": {"\\u0000": 1}}', "x"),
    "65 levels": (b'{"x":' + b"[" * 64 + b"]" * 64 + b"}", "x"),
    "an array": (b"[]", "body"),
    "a string": (b'"x"', "body"),
    "null": (b"null", "body"),
}


def _send(scene: Scene, operation: Operation, raw: bytes, **options: Any) -> Refused:
    path = operation.path(scene.values)
    answer = scene.rest.request(operation.method, path, raw=raw, **options)
    return refused(answer, method=operation.method, path=path)


def test_each_write_is_known_here(scene: Scene) -> None:
    assert {str(operation) for operation in WRITES} == set(scene.bodies), "give the new write a body in tests/api/scene"


@pytest.mark.parametrize("operation", READING, ids=str)
def test_malformed_json_is_400_and_says_so(scene: Scene, operation: Operation) -> None:
    for name, raw in MALFORMED.items():
        answer = _send(scene, operation, raw)

        assert (answer.status, answer.code) == (400, "malformed_json"), name
        assert answer.message.startswith("The body is no valid JSON"), name


@pytest.mark.parametrize("operation", READING, ids=str)
def test_what_is_unsafe_is_400_and_the_field_is_named(scene: Scene, operation: Operation) -> None:
    for name, (raw, field) in UNSAFE.items():
        answer = _send(scene, operation, raw)

        assert answer.is_invalid_input, (name, answer)
        assert answer.message.startswith(f"{field}: "), name


@pytest.mark.parametrize(
    "operation", [o for o in READING if o.method == "POST" and str(o) not in WITHOUT_REQUIRED], ids=str
)
def test_no_body_and_an_empty_object_name_what_is_missing(scene: Scene, operation: Operation) -> None:
    for raw in (b"", b"{}"):
        answer = _send(scene, operation, raw)

        assert answer.is_invalid_input, answer
        assert "This field is required." in answer.message


@pytest.mark.parametrize("operation", READING, ids=str)
@pytest.mark.parametrize("key", [{}, {"Idempotency-Key": "k"}], ids=["plain", "with-a-key"])
def test_a_body_over_one_mebibyte_is_413(scene: Scene, operation: Operation, key: dict[str, str]) -> None:
    largest = b'{"x": "' + b"a" * (1024 * 1024 - 9) + b'"}'
    assert len(largest) == 1024 * 1024
    within = scene.rest.request(operation.method, operation.path(scene.values), raw=largest, headers=key)
    assert within.status_code != 413

    answer = _send(scene, operation, largest + b" ", headers=key)

    assert (answer.status, answer.code) == (413, "body_too_large")


@pytest.mark.parametrize("operation", READING, ids=str)
@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/xml", "",
     "application/json+x", "*/*", "nonsense"],
)  # fmt: skip
def test_another_content_type_is_415(scene: Scene, operation: Operation, content_type: str) -> None:
    answer = _send(scene, operation, b'{"x": 1}', content_type=content_type)

    assert (answer.status, answer.code) == (415, "unsupported_media_type")


@pytest.mark.parametrize(
    "content_type", ["application/json; charset=utf-8", "APPLICATION/JSON", "application/json;x=y"]
)
def test_json_by_any_spelling_is_taken(scene: Scene, content_type: str) -> None:
    answer = scene.rest.request("POST", "/v1/clients", {"given_name": "Dora"}, content_type=content_type)

    assert answer.status_code == 201, answer.content


@pytest.mark.parametrize("operation", WRITES, ids=str)
def test_unknown_fields_are_ignored(scene: Scene, operation: Operation) -> None:
    body = {**scene.bodies[str(operation)], "unknown": {"anything": [1, None]}}

    path = operation.path(scene.values) + scene.queries.get(str(operation), "")
    answer = scene.rest.request(operation.method, path, body, headers={"If-Match": "*"})

    assert answer.status_code in {200, 201, 202, 204}, answer.content


@pytest.mark.parametrize("operation", [o for o in WRITES if str(o) in WITHOUT_BODY], ids=str)
def test_a_write_that_reads_no_body_is_not_upset_by_one(scene: Scene, operation: Operation) -> None:
    path = operation.path(scene.values) + scene.queries.get(str(operation), "")
    answer = scene.rest.request(operation.method, path, raw=b"not json", headers={"If-Match": "*"})

    assert answer.status_code in {200, 201, 202, 204}, answer.content


def test_sixty_four_levels_and_the_largest_integer_are_taken(scene: Scene) -> None:
    deep: Any = 2**63 - 1
    for _ in range(61):
        deep = [deep]
    body = {**scene.bodies["POST /v1/providers"], "metadata": {"deep": deep, "low": -(2**63) + 1, "tiny": 1e-300}}

    answer = scene.rest.post("/v1/providers", body)

    assert answer.status_code == 201, answer.content
    assert orjson.loads(answer.content)["metadata"] == body["metadata"]
