"""Introspection, metadata, and the errors of all endpoints that programs call."""

from typing import Any

import pytest

from accounts.access.models import Application
from tests.accounts import sign_in_scene as scene
from tests.support.http import Rest

FORM = "application/x-www-form-urlencoded"


def _introspect(tenant: Any, token: str, client_id: str = "server", secret: str = scene.SECRET) -> Any:
    return scene.post_form(tenant, "/oauth/introspect", token=token, client_id=client_id, client_secret=secret)


@pytest.fixture
def told(north: Any) -> Any:
    """The tokens of a confidential application's person."""
    scene.make_web_app("server", public=False)
    code = scene.code_for(scene.signed_in(north), "server")
    return scene.exchange(north, code, client_id="server", client_secret=scene.SECRET).json()


def test_an_application_sees_what_its_tokens_are_worth(north: Any, told: Any) -> None:
    access = _introspect(north, told["access_token"]).json()
    assert access["active"] is True
    assert (access["scope"], access["client_id"], access["username"]) == ("read:bookings", "server", "maya@example.com")
    assert 3500 < access["exp"] - access["iat"] <= 3601
    assert _introspect(north, told["refresh_token"]).json()["active"] is True

    scene.post_form(north, "/oauth/revoke", token=told["access_token"], client_id="server", client_secret=scene.SECRET)
    assert _introspect(north, told["access_token"]).json() == {"active": False}
    assert _introspect(north, told["refresh_token"]).json() == {"active": False}


def test_nothing_is_told_of_the_tokens_of_others(north: Any, told: Any) -> None:
    scene.make_web_app("other", public=False)

    assert _introspect(north, told["access_token"], "other").json() == {"active": False}
    assert _introspect(north, "nonsense").json() == {"active": False}


def test_who_does_not_prove_who_they_are_is_told_nothing(north: Any, told: Any) -> None:
    scene.make_web_app("public")

    assert _introspect(north, told["access_token"], secret="wrong").status_code == 401
    assert scene.post_form(north, "/oauth/introspect", token=told["access_token"]).status_code == 401
    answer = scene.post_form(north, "/oauth/introspect", token=told["access_token"], client_id="public")
    assert answer.status_code == 200
    assert answer.json() == {"active": False}


def test_the_metadata_is_the_hosts_own(north: Any) -> None:
    told = Rest(north).get("/.well-known/oauth-authorization-server").json()

    assert told["issuer"] == "http://north.test"
    for name in ("authorization_endpoint", "token_endpoint", "revocation_endpoint", "introspection_endpoint"):
        assert told[name].startswith("http://north.test/oauth/")
        assert Rest(north).get(told[name].removeprefix("http://north.test")).status_code in {302, 400, 405}
    assert told["code_challenge_methods_supported"] == ["S256"]
    assert set(told["grant_types_supported"]) == {"authorization_code", "refresh_token", "client_credentials"}


@pytest.mark.parametrize("path", ["/oauth/token", "/oauth/revoke", "/oauth/introspect"])
@pytest.mark.parametrize(
    ("raw", "content_type", "status"),
    [
        (b"", FORM, 400),
        (b"grant_type=client_credentials", "application/json", 400),
        (b'{"grant_type": "client_credentials"}', "application/json", 400),
        (b"grant_type=client_credentials", "text/plain", 400),
        (b"--x--", "multipart/form-data; boundary=x", 400),
        (b"grant_type=refresh_token&refresh_token=%00&client_id=web&token=%00", FORM, 400),
        (b"grant_type=client_credentials&client_id=%00&client_secret=x&token=x", FORM, 400),
        (b"grant_type=authorization_code&grant_type=authorization_code&token=a&token=b", FORM, 400),
        (b"grant_type=%ff%fe&token=%ff&client_id=%ff", FORM, None),
        (b"grant_type=client_credentials&client_id=\xff\xfe&token=\xff", FORM, None),
        (b"grant_type=refresh_token&refresh_token=%ed%a0%80&client_id=web&token=%ed%a0%80", FORM, None),
        (b"a=" + b"x" * (1024 * 1024 + 1), FORM, 413),
        (b"&".join(b"x%d=1" % number for number in range(1100)), FORM, 400),
        (b"%%%=%%%", FORM, None),
    ],
)
def test_bad_input_is_a_4xx_as_the_rfc_writes_it(
    north: Any, path: str, raw: bytes, content_type: str, status: int | None
) -> None:
    scene.make_web_app()

    answer = Rest(north).request("POST", path, raw=raw, content_type=content_type)

    if status is None and path != "/oauth/token" and answer.status_code == 200:
        return  # a token like any other that nobody knows
    assert answer.status_code in ({status} if status else {400, 401}), answer.content
    told = answer.json()
    assert set(told) <= {"error", "error_description", "error_uri"}
    assert told["error"] in {"invalid_request", "invalid_client", "unsupported_grant_type", "invalid_grant"}


@pytest.mark.parametrize("path", ["/oauth/token", "/oauth/revoke", "/oauth/introspect"])
def test_only_posts_without_a_query(north: Any, path: str) -> None:
    answer = Rest(north).get(path)
    assert (answer.status_code, answer["Allow"], answer.json()["error"]) == (405, "POST", "invalid_request")

    answer = Rest(north).request("POST", f"{path}?client_secret=x", raw=b"token=x", content_type=FORM)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


@pytest.mark.parametrize("path", ["/oauth/token", "/oauth/revoke", "/oauth/introspect"])
@pytest.mark.parametrize(
    "header",
    ["Basic", "Basic x", "Basic AAAA", "Basic Og==", "Basic AAA6AAA=", "Bearer sk_x", "Basic \u00e9", "\u00e9"],
)
def test_a_broken_authorization_header_is_a_4xx(north: Any, path: str, header: str) -> None:
    # As the server decodes it; the test client would write `=?utf-8?...`.
    answer = Rest(north).django.post(
        path,
        b"grant_type=client_credentials&token=x",
        content_type=FORM,
        HTTP_HOST="north.test",
        HTTP_AUTHORIZATION=header,
    )

    assert answer.status_code in {400, 401}
    assert answer.json()["error"] in {"invalid_client", "invalid_request"}


@pytest.mark.parametrize("grant", ["urn:ietf:params:oauth:grant-type:device_code", "password", "nonsense"])
@pytest.mark.parametrize("signs_people_in", [True, False])
def test_what_the_metadata_does_not_name_is_no_way_to_a_token(north: Any, grant: str, *, signs_people_in: bool) -> None:
    kind = Application.GRANT_AUTHORIZATION_CODE if signs_people_in else Application.GRANT_CLIENT_CREDENTIALS
    scene.make_web_app(authorization_grant_type=kind)
    form = {"grant_type": grant, "client_id": "web", "device_code": "x", "username": "x", "password": "x"}

    answer = scene.post_form(north, "/oauth/token", **form)

    assert (answer.status_code, answer.json()["error"]) == (400, "unsupported_grant_type")


def test_no_token_is_bound_to_a_resource(north: Any) -> None:
    """The API would not look at it: a server that is shown such a token could use it here."""
    scene.make_web_app()
    code = scene.code_for(scene.signed_in(north))

    answer = scene.exchange(north, code, resource="https://other.example.com/")

    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_target")
    assert scene.exchange(north, code).status_code == 200


def test_an_application_of_services_can_not_sign_people_in(north: Any) -> None:
    from tests.support.browser import authorize_path

    Application.objects.create(
        name="service", client_id="service", client_type="confidential", redirect_uris=scene.BACK,
        authorization_grant_type="client-credentials", scopes=["read:bookings"],
    )  # fmt: skip

    answer = scene.signed_in(north).get(authorize_path("service"))

    assert answer.status_code == 302
    assert "error=unauthorized_client" in answer["Location"]
