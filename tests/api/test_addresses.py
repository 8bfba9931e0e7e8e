"""Addresses and methods that nobody answers."""

from typing import Any

import pytest

from tests.api.envelopes import refused
from tests.api.scene import Scene
from tests.support.http import Rest
from tests.support.routes import Operation, operations

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND")


@pytest.mark.parametrize(
    "path",
    [
        "/v1/", "/v1/nothing", "/v1/coaches", "/v1/coaches/1/nothing", "/v1/bookings/1/2/3", "/v1/events/1",
        "/v1/businesses/1/appointments", "/v1/appointments", "/v1/clients/", "/v1/clients/not-a-uuid", "/v1//clients",
        "/v1/%00", "/v1/%ff",
    ],
)  # fmt: skip
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_what_is_nowhere_is_404_in_the_envelope_of_the_address(scene: Scene, method: str, path: str) -> None:
    answer = scene.rest.request(method, path)

    if answer.status_code == 404 and "/businesses/" in path:
        assert answer.json() == {"error": {"code": 404, "title": answer.json()["error"]["title"]}}
        return
    said = refused(answer, method=method, path=path)
    assert (said.status, said.code) == (404, "not_found")


@pytest.mark.parametrize("operation", operations(), ids=str)
def test_a_method_that_an_address_lacks_is_405_and_says_which_it_has(scene: Scene, operation: Operation) -> None:
    answered = {o.method for o in operations() if o.route == operation.route}
    path = operation.path(scene.values)
    for method in set(METHODS) - answered:
        answer = scene.rest.request(method, path)

        said = refused(answer, method=method, path=path)
        assert (said.status, said.code) == (405, "method_not_allowed"), method
        assert answered <= set(answer["Allow"].split(", ")) <= answered | {"HEAD"}, method


def test_head_answers_as_get_without_a_body(scene: Scene) -> None:
    answer = scene.rest.request("HEAD", "/v1/clients")

    assert (answer.status_code, answer.content) == (200, b"")


@pytest.mark.parametrize("path", ["/nothing", "/docs/nothing"])
def test_outside_of_the_api_a_404_is_a_page(north: Any, path: str) -> None:
    answer = Rest(north).get(path)

    assert answer.status_code == 404
    assert answer["Content-Type"].startswith("text/html")


def _break(*_: Any) -> None:
    raise KeyError("secret")


def test_an_error_of_ours_is_a_500_that_tells_nothing_but_its_request_id(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("scheduling.api.viewsets.ClientViewSet.list", _break)

    answer = scene.rest.get("/v1/clients", headers={"X-Request-Id": "r-1"})

    assert answer.status_code == 500
    assert answer.json() == {
        "type": "/docs/errors#internal_error",
        "title": "Internal error",
        "status": 500,
        "code": "internal_error",
        "detail": answer.json()["detail"],
        "request_id": "r-1",
    }
    assert b"secret" not in answer.content
    assert "KeyError" in caplog.text
