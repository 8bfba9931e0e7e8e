"""POST /oauth/token: client credentials, inside one tenant."""

import base64
from typing import Any
from urllib.parse import urlencode

import pytest

from accounts.access.models import Application
from tenants.context import use
from tests.support.http import Rest

SECRET = "a-long-random-secret-0123456789"


@pytest.fixture
def application(north: Any) -> Application:
    made: Application = Application.objects.create(
        name="backend",
        client_id="backend-id",
        client_secret=SECRET,
        client_type=Application.CLIENT_CONFIDENTIAL,
        authorization_grant_type=Application.GRANT_CLIENT_CREDENTIALS,
        scopes=["read:clients", "read:staff"],
    )
    return made


def _ask(tenant: Any, *, secret: str = SECRET, basic: bool = False, **fields: str) -> Any:
    form = {"grant_type": "client_credentials", **fields}
    headers = {}
    if basic:
        headers["Authorization"] = "Basic " + base64.b64encode(f"backend-id:{secret}".encode()).decode()
    else:
        form |= {"client_id": "backend-id", "client_secret": secret}
    return Rest(tenant).request(
        "POST",
        "/oauth/token",
        raw=urlencode(form).encode(),
        content_type="application/x-www-form-urlencoded",
        headers=headers,
    )


@pytest.mark.parametrize("basic", [True, False])
def test_the_secret_buys_a_token_with_the_clients_scopes(north: Any, application: Application, *, basic: bool) -> None:
    answer = _ask(north, basic=basic)

    assert answer.status_code == 200, answer.content
    told = answer.json()
    assert set(told["scope"].split()) == {"read:clients", "read:staff"}
    assert (told["token_type"], told["expires_in"]) == ("Bearer", 3600)
    assert "refresh_token" not in told
    assert "no-store" in answer["Cache-Control"]
    assert Rest(north, told["access_token"]).get("/v1/clients").status_code == 200


def test_fewer_scopes_may_be_asked_for(north: Any, application: Application) -> None:
    token = _ask(north, scope="read:staff").json()["access_token"]

    assert Rest(north, token).get("/v1/staff").status_code == 200
    assert Rest(north, token).get("/v1/clients").status_code == 403


@pytest.mark.parametrize("scope", ["write:clients", "read:clients write:clients", "act-as", "nonsense"])
def test_a_scope_that_was_not_granted_is_refused(north: Any, application: Application, scope: str) -> None:
    answer = _ask(north, scope=scope)

    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_scope")


@pytest.mark.parametrize("secret", ["wrong", "", SECRET + "x", SECRET[:-1]])
@pytest.mark.parametrize("basic", [True, False])
def test_a_wrong_secret_is_401(north: Any, application: Application, secret: str, *, basic: bool) -> None:
    answer = _ask(north, secret=secret, basic=basic)

    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


def test_the_stored_hash_is_no_secret(north: Any, application: Application) -> None:
    application.refresh_from_db()
    assert SECRET not in application.client_secret

    assert _ask(north, secret=application.client_secret).status_code == 401


def test_a_client_of_one_tenant_is_nobody_in_another(north: Any, south: Any, application: Application) -> None:
    assert _ask(south).status_code == 401

    token = _ask(north).json()["access_token"]
    assert Rest(south, token).get("/v1/clients").status_code == 401
    with use(south):
        assert not Application.objects.exists()


@pytest.mark.parametrize("grant", ["password", "implicit", "refresh_token", "authorization_code", "nonsense", ""])
def test_other_grants_are_refused(north: Any, application: Application, grant: str) -> None:
    answer = _ask(north, grant_type=grant, username="x", password="x", code="x", refresh_token="x")

    assert answer.status_code in {400, 401}
    assert answer.json()["error"] in {
        "unsupported_grant_type",
        "unauthorized_client",
        "invalid_grant",
        "invalid_request",
    }


def test_the_token_address_takes_posts_alone(north: Any) -> None:
    assert Rest(north).get("/oauth/token").status_code == 405
