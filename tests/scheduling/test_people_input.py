"""What the bodies of /v1/clients and /v1/staff may hold."""

from typing import Any

import pytest

from scheduling.models import Person
from tests.scheduling.people import assert_problem
from tests.support import cast
from tests.support.http import Rest

PATHS = pytest.mark.parametrize("path", ["/v1/clients", "/v1/staff"])
BAD = pytest.mark.parametrize(
    ("field", "value"),
    [
        ("given_name", ""),
        ("given_name", "   "),
        ("given_name", None),
        ("given_name", "x" * 101),
        ("given_name", "a\0b"),
        ("given_name", ["Bob"]),
        ("given_name", True),
        ("family_name", "x" * 101),
        ("family_name", None),
        ("email", "nobody"),
        ("email", "a@b@c.de"),
        ("email", "a" * 60 + "@" + ".".join(["b" * 60] * 4) + ".com"),
        ("email", None),
        ("phone", "call me"),
        ("phone", "12"),
        ("phone", "1" * 33),
        ("phone", "+" + "1" * 32),
        ("phone", "١٢٣٤٥"),
        ("language", "english please"),
        ("language", ""),
        ("language", "en-" + "x" * 20),
        ("timezone", "Mars/Olympus"),
        ("timezone", ""),
        ("timezone", "x" * 65),
        ("timezone", 1),
    ],
)


@pytest.fixture
def service(north: Any) -> Rest:
    return Rest(north, cast.make_token())


@PATHS
@BAD
def test_what_cannot_be_registered_is_refused_by_name(service: Rest, path: str, field: str, value: Any) -> None:
    answer = service.post(path, {"given_name": "Bob", field: value})

    assert_problem(answer, status=400, code="validation_error")
    assert list(answer.json()["errors"]) == [field]
    assert not Person.objects.exists()


@BAD
def test_nor_can_a_person_be_changed_to_it(service: Rest, field: str, value: Any) -> None:
    bob = cast.make_client("Bob Client")

    answer = service.patch(f"/v1/clients/{bob.person_id}", {field: value})

    assert_problem(answer, status=400, code="validation_error")
    assert list(answer.json()["errors"]) == [field]


@PATHS
def test_a_body_without_a_name_is_refused(service: Rest, path: str) -> None:
    answer = service.post(path, {})

    assert_problem(answer, status=400, code="validation_error")
    assert list(answer.json()["errors"]) == ["given_name"]


def test_a_title_that_is_too_long_is_refused(service: Rest) -> None:
    answer = service.post("/v1/staff", {"given_name": "Ada", "title": "x" * 101})

    assert_problem(answer, status=400, code="validation_error")
    assert list(answer.json()["errors"]) == ["title"]


def test_every_wrong_field_is_named(service: Rest) -> None:
    answer = service.post("/v1/clients", {"given_name": "", "email": "nobody", "timezone": "nowhere"})

    assert set(answer.json()["errors"]) == {"given_name", "email", "timezone"}


@pytest.mark.parametrize("raw", [b"{", b"[]", b"null", b'{"given_name": NaN}', b"\xff", b'{"given_name": 1e400}'])
def test_what_is_no_json_object_is_refused(service: Rest, raw: bytes) -> None:
    answer = service.request("POST", "/v1/clients", raw=raw)

    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
