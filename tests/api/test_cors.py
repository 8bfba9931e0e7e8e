"""CORS: which page of which origin may read which answer."""

import time
from typing import Any

import pytest

from accounts.access.models import Application
from accounts.services.issue_api_key import issue_api_key
from accounts.services.issue_token import issue_token
from tenants.context import use
from tenants.throttling.rules import Limit
from tests.support.http import Rest

ORIGIN = "https://app.example.com"
OTHER = "https://other.example.com"


def _application(name: str, origins: str) -> Application:
    made: Application = Application.objects.create(
        name=name, client_type="confidential", authorization_grant_type="client-credentials",
        scopes=["read:clients"], allowed_origins=origins,
    )  # fmt: skip
    return made


def _token(application: Application) -> str:
    from django.utils import timezone

    return issue_token(application=application, user=None, scopes=None, now=timezone.now())


def _preflight(tenant: Any, path: str = "/v1/clients", origin: str = ORIGIN) -> Any:
    headers = {
        "Origin": origin,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization, idempotency-key",
    }
    return Rest(tenant).request("OPTIONS", path, headers=headers)


def _allowed(answer: Any) -> str | None:
    assert not answer.has_header("Access-Control-Allow-Credentials")
    origin: str | None = answer.get("Access-Control-Allow-Origin")
    return origin


@pytest.fixture
def application(north: Any) -> Application:
    return _application("web", f"{ORIGIN} http://localhost:3000")


@pytest.mark.parametrize(
    "path", ["/v1/clients", "/oauth/token", "/oauth/revoke", "/.well-known/oauth-authorization-server"]
)
def test_a_preflight_of_a_listed_origin_is_let_through(north: Any, application: Application, path: str) -> None:
    answer = _preflight(north, path)

    assert (answer.status_code, _allowed(answer)) == (200, ORIGIN)
    assert "PATCH" in answer["Access-Control-Allow-Methods"]
    assert {"authorization", "idempotency-key", "if-match", "content-type"} <= set(
        answer["Access-Control-Allow-Headers"].split(", ")
    )
    assert "origin" in answer["Vary"].lower()


@pytest.mark.parametrize(
    "origin",
    [OTHER, "https://app.example.com.evil.com", "http://app.example.com", "null", "", "https://app.example.com:8443"],
)
def test_other_origins_are_not(north: Any, application: Application, origin: str) -> None:
    assert _allowed(_preflight(north, origin=origin)) is None
    assert _allowed(Rest(north, _token(application)).get("/v1/clients", headers={"Origin": origin})) is None


def test_an_origin_of_one_tenant_does_not_open_another(north: Any, south: Any, application: Application) -> None:
    assert _allowed(_preflight(north)) == ORIGIN  # in the cache, under its schema
    assert _allowed(_preflight(south)) is None
    with use(south):
        token = _token(_application("web", OTHER))
    assert _allowed(Rest(south, token).get("/v1/clients", headers={"Origin": ORIGIN})) is None


def test_the_answer_says_what_a_page_may_read(north: Any, application: Application) -> None:
    answer = Rest(north, _token(application)).get("/v1/clients", headers={"Origin": ORIGIN})

    assert (answer.status_code, _allowed(answer)) == (200, ORIGIN)
    assert {"ETag", "Location", "Retry-After", "X-Request-Id", "Idempotent-Replayed", "X-RateLimit-Limit"} <= set(
        answer["Access-Control-Expose-Headers"].split(", ")
    )
    assert "origin" in answer["Vary"].lower()
    assert "origin" in Rest(north, _token(application)).get("/v1/clients")["Vary"].lower()


def test_an_answer_is_for_the_origins_of_the_tokens_own_application(north: Any, application: Application) -> None:
    other = _application("other", OTHER)

    assert _allowed(Rest(north, _token(other)).get("/v1/clients", headers={"Origin": OTHER})) == OTHER
    assert _allowed(Rest(north, _token(other)).get("/v1/clients", headers={"Origin": ORIGIN})) is None


def test_a_page_may_read_errors_too(north: Any, application: Application) -> None:
    origin = {"Origin": ORIGIN}
    for answer, status in (
        (Rest(north).get("/v1/clients", headers=origin), 401),
        (Rest(north, "nonsense").get("/v1/clients", headers=origin), 401),
        (Rest(north, _token(application)).get("/v1/staff", headers=origin), 403),
        (Rest(north, _token(application)).get("/v1/nowhere", headers=origin), 404),
        (Rest(north).request("POST", "/oauth/token", raw=b"", headers=origin), 400),
    ):
        assert (answer.status_code, _allowed(answer)) == (status, ORIGIN)


def test_what_an_api_key_gets_is_for_no_page(north: Any, application: Application) -> None:
    from django.utils import timezone

    key = issue_api_key(name="x", scopes=["read:clients"], brand=None, created_by=None, now=timezone.now())

    answer = Rest(north, key.secret).get("/v1/clients", headers={"Origin": ORIGIN})

    assert (answer.status_code, _allowed(answer)) == (200, None)


@pytest.mark.parametrize("path", ["/admin/login/", "/sign-in", "/oauth/authorize", "/oauth/introspect/x"])
def test_pages_for_people_are_never_for_scripts(north: Any, application: Application, path: str) -> None:
    assert _allowed(_preflight(north, path)) is None
    assert _allowed(Rest(north).get(path, headers={"Origin": ORIGIN})) is None


def test_a_changed_list_counts_after_a_few_seconds(
    north: Any, application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    from api.middleware import cors

    assert _allowed(_preflight(north)) == ORIGIN
    Application.objects.update(allowed_origins="")
    assert _allowed(_preflight(north)) == ORIGIN

    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now + cors.CACHE_SECONDS + 1)
    assert _allowed(_preflight(north)) is None


@pytest.fixture
def one_each(settings: Any) -> None:
    """One request in an hour for each caller, and for each address without a token."""
    once = Limit(count=1, seconds=3600)
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "principal": once, "anonymous": once}


def test_a_page_may_read_that_it_asks_too_often(north: Any, application: Application, one_each: None) -> None:
    page = {"Origin": ORIGIN}
    for caller in (Rest(north), Rest(north, _token(application))):
        caller.get("/v1/clients", headers=page)
        for _ in range(3):  # from the bucket, then from what the process remembers
            answer = caller.get("/v1/clients", headers=page)
            assert (answer.status_code, _allowed(answer)) == (429, ORIGIN)
            assert "Retry-After" in answer["Access-Control-Expose-Headers"]
            assert int(answer["Retry-After"]) > 0


def test_others_pages_may_not(north: Any, application: Application, one_each: None) -> None:
    from django.utils import timezone

    _application("other", OTHER)
    key = issue_api_key(name="x", scopes=["read:clients"], brand=None, created_by=None, now=timezone.now())
    for caller in (Rest(north, key.secret), Rest(north, _token(application))):
        for status in (200, 429, 429, 429):
            answer = caller.get("/v1/clients", headers={"Origin": OTHER})
            assert (answer.status_code, _allowed(answer)) == (status, None)


def test_a_preflight_is_let_through_where_nobody_may_ask_any_more(
    north: Any, application: Application, one_each: None
) -> None:
    while Rest(north).get("/v1/clients").status_code != 429:
        pass

    for _ in range(3):
        answer = _preflight(north)
        assert (answer.status_code, _allowed(answer)) == (200, ORIGIN)
