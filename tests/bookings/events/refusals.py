"""Reading refusals of the family of events."""

from typing import Any


def code_of(answer: Any) -> tuple[int, str]:
    return answer.status_code, _error(answer)["code"]


def assert_names(answer: Any, field: str) -> None:
    """The input is refused, and the message begins with the field that is wrong."""
    assert code_of(answer) == (400, "validation"), answer.content
    assert _error(answer)["message"].startswith(f"{field}: "), _error(answer)["message"]


def assert_refused(answer: Any, code: str, *named: object) -> None:
    """For what is right in itself; the message names each of `named`."""
    assert code_of(answer) == (400, code), answer.content
    assert [one for one in named if str(one) not in _error(answer)["message"]] == []


def _error(answer: Any) -> dict[str, str]:
    body = answer.json()
    found: dict[str, str] = body if answer.status_code == 404 else body["errors"][0]
    return found
