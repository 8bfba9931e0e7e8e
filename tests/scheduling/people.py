"""Words of the tests of people."""

from typing import Any


def assert_problem(answer: Any, *, status: int, code: str) -> None:
    """A refusal of the platform's own family (RFC 9457)."""
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.content
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["status"] == status
