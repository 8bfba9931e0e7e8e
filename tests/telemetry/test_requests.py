"""The access line: the route and never the path, the caller's key and never the caller; nothing is left behind."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from structlog.contextvars import get_contextvars

from bookings.api.viewsets import CoachViewSet
from tests.support import cast
from tests.support.http import Rest
from tests.telemetry.capture import Lines, captured

WORD = "canary"


@pytest.fixture
def lines() -> Iterator[Lines]:
    with captured() as found:
        yield found


def test_a_request_is_one_line_with_all_that_an_operator_asks(north: Any, lines: Lines) -> None:
    coach, client = cast.make_coach(), cast.make_client()
    user = cast.make_user(client)
    cast.make_office_hour(coach)
    rest = Rest(north, cast.make_token(user=user), **{"X-Request-Id": "req-7"})

    answer = rest.post(f"/v1/coaches/{coach.person_id}/bookings", {"slot_at": cast.tomorrow_at(9).isoformat()})

    assert answer.status_code == 201
    (line,) = lines.of("request")
    assert line["duration_ms"] > 0
    assert answer["traceparent"].split("-")[1] == line["trace_id"]
    for volatile in ("timestamp", "duration_ms", "trace_id", "logger"):
        del line[volatile]
    assert line == {
        "level": "info",
        "event": "request",
        "method": "POST",
        "route": "/v1/coaches/<str:coach_id>/bookings",
        "status": 201,
        "family": "loop",
        "tenant": "north",
        "request_id": "req-7",
        "principal": f"user:{user.pk}",
    }


def test_a_refusal_is_named_by_its_code(north: Any, lines: Lines) -> None:
    Rest(north, "wrong").get("/v1/clients?email=somebody@example.com")
    Rest(north, "wrong").get("/v1/secret-word/somebody@example.com?x=1")

    known, unknown = lines.of("request")
    assert (known["route"], known["status"], known["code"]) == ("/v1/clients", 401, "invalid_token")
    assert (unknown["route"], unknown["status"], unknown["code"]) == ("unmatched", 404, "not_found")
    assert "principal" not in known
    assert "somebody" not in lines.text()
    assert "secret-word" not in lines.text()


def test_a_refusal_before_any_tenant_has_a_line_too(north: Any, lines: Lines) -> None:
    Rest(north).get("/v1/clients", host="nobody.example.com")

    (line,) = lines.of("request")
    assert (line["status"], line["code"]) == (404, "unknown_tenant")
    assert "tenant" not in line


@pytest.mark.parametrize("path", ["/livez", "/readyz", "/static/config/favicon.svg"])
def test_probes_and_files_are_quiet(north: Any, lines: Lines, path: str) -> None:
    Rest(north).get(path)

    assert lines.of("request") == []


def test_somebody_in_the_admin_is_named_without_a_query(north: Any, lines: Lines) -> None:
    from accounts.models import User

    rest = Rest(north)
    rest.get("/admin/login/")
    user = User.objects.create_superuser("boss@example.com", "a password")
    rest.django.force_login(user)
    rest.get("/admin/")

    before, after = lines.of("request")
    assert "principal" not in before
    assert after["principal"] == f"user:{user.pk}"


def test_what_goes_wrong_is_logged_with_its_request_and_without_values(
    north: Any, lines: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        token = "canary"
        raise RuntimeError(token)

    monkeypatch.setattr(CoachViewSet, "coach", fail)
    rest = Rest(north, cast.make_token(), **{"X-Request-Id": "req-8"})

    assert rest.get("/v1/coaches/x/slots").status_code == 500

    error, access = lines.json()
    assert (error["level"], error["request_id"], error["tenant"]) == ("error", "req-8", "north")
    assert error["principal"].startswith("application:")
    assert error["exception"][0]["type"] == "builtins.RuntimeError"
    assert (access["status"], access["code"]) == (500, "internal_error")
    assert "canary" not in lines.text()


def test_what_goes_wrong_outside_of_the_api_is_logged_once(
    north: Any, lines: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError(WORD)

    monkeypatch.setattr("django.template.response.SimpleTemplateResponse.rendered_content", property(fail))

    assert Rest(north).get("/admin/login/").status_code == 500

    errors = [line for line in lines.json() if line["level"] == "error"]
    assert [line["event"] for line in errors] == ["unexpected"]
    assert WORD not in lines.text()


def test_nothing_of_a_request_is_left_for_the_next(north: Any, lines: Lines) -> None:
    rest = Rest(north, cast.make_token())

    for name in ("one", "two"):
        rest.get("/v1/clients", headers={"X-Request-Id": name})
        assert get_contextvars() == {}
    Rest(north).get("/v1/clients", headers={"X-Request-Id": "three"})

    assert [line["request_id"] for line in lines.of("request")] == ["one", "two", "three"]
    assert "principal" not in lines.of("request")[2]


def test_a_line_asks_the_database_nothing(north: Any, django_assert_num_queries: Any) -> None:
    from django.contrib.auth.middleware import AuthenticationMiddleware
    from django.test import RequestFactory

    from tenants.telemetry.work import principal_key

    request = RequestFactory().get("/")
    request.session = {}  # type: ignore[assignment]
    AuthenticationMiddleware(lambda _: None).process_request(request)  # type: ignore[arg-type]
    assert connection.connection is not None

    with django_assert_num_queries(0):
        assert principal_key(request) is None
