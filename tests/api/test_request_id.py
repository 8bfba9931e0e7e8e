"""`X-Request-Id` and `traceparent`, in and out; a malformed one is ignored, never refused."""

import re
from typing import Any

import pytest

from tests.support.http import Rest

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT = f"00-{TRACE}-00f067aa0ba902b7-01"
WELL_FORMED = re.compile(r"00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")


def test_a_request_without_an_id_gets_one(north: Any) -> None:
    first, second = (Rest(north).get("/v1/clients") for _ in range(2))

    assert re.fullmatch(r"[0-9a-f-]{36}", first["X-Request-Id"])
    assert first["X-Request-Id"] != second["X-Request-Id"]
    assert first.json()["request_id"] == first["X-Request-Id"]


@pytest.mark.parametrize("given", ["a", "req_1.2:3-4", "x" * 128])
def test_a_well_formed_id_is_taken_over(north: Any, given: str) -> None:
    answer = Rest(north).get("/v1/clients", headers={"X-Request-Id": given})

    assert answer["X-Request-Id"] == answer.json()["request_id"] == given


@pytest.mark.parametrize("given", ["", " ", "a b", "x" * 129, "é", "<script>", "a,b", "a\tb", "a%0d%0ab"])
def test_a_malformed_id_is_replaced(north: Any, given: str) -> None:
    answer = Rest(north).get("/v1/clients", headers={"X-Request-Id": given})

    assert re.fullmatch(r"[0-9a-f-]{36}", answer["X-Request-Id"])
    assert answer.status_code == 401


def test_a_trace_goes_on_under_its_id_with_a_span_of_ours(north: Any) -> None:
    answer = Rest(north).get("/v1/clients", headers={"traceparent": PARENT})

    assert WELL_FORMED.fullmatch(answer["traceparent"])
    assert answer["traceparent"].startswith(f"00-{TRACE}-")
    assert answer["traceparent"].endswith("-01")
    assert answer["traceparent"] != PARENT


@pytest.mark.parametrize(
    "given",
    [
        "", "nonsense", PARENT.upper(), PARENT[:-1], PARENT + "-x", f"ff-{TRACE}-00f067aa0ba902b7-01",
        f"00-{'0' * 32}-00f067aa0ba902b7-01", f"00-{TRACE}-{'0' * 16}-01", f"00-{TRACE}x-00f067aa0ba902b7-01",
        f"{PARENT}\n", f"{PARENT},{PARENT}",
    ],
)  # fmt: skip
def test_a_malformed_trace_is_ignored_and_a_new_one_starts(north: Any, given: str) -> None:
    answer = Rest(north).get("/v1/clients", headers={"traceparent": given})

    assert answer.status_code == 401
    assert WELL_FORMED.fullmatch(answer["traceparent"])
    assert TRACE not in answer["traceparent"]


@pytest.mark.parametrize("path", ["/livez", "/readyz", "/docs/", "/v1/nothing", "/nothing"])
def test_every_answer_is_named(north: Any, path: str) -> None:
    answer = Rest(north).get(path)

    assert answer["X-Request-Id"]
    assert WELL_FORMED.fullmatch(answer["traceparent"])
