"""API keys and applications in the admin: the secret is shown once, and works."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.access.models import ApiKey, Application
from accounts.rules import Role
from accounts.services.find_api_key import find_api_key
from accounts.services.issue_api_key import issue_api_key
from tests.admin.conftest import AdminBrowser
from tests.support import cast

SignIn = Callable[..., AdminBrowser]
KEYS = "/admin/access/apikey/"
APPLICATIONS = "/admin/access/application/"
FORM = {"name": "Website", "redirect_uris": "", "allowed_origins": "", "brand": ""}
SERVICE = {"authorization_grant_type": "client-credentials", "client_type": "confidential", **FORM}


def _shown(answer: Any) -> str:
    found = re.search(r'id="secret">([^<]+)<', answer.content.decode())
    assert found, answer.content.decode()[-3000:]
    return found[1]


def test_a_new_key_is_shown_once(sign_in: SignIn) -> None:
    admin = sign_in(Role.ADMINISTRATOR)
    assert b"See clients." in admin.get(f"{KEYS}add/").content

    answer = admin.post(f"{KEYS}add/", name="importer", brand="", scopes=["read:clients", "read:staff"], days="30")

    secret = _shown(answer)
    assert "no-store" in answer["Cache-Control"]
    key = find_api_key(secret, now=timezone.now())
    assert key is not None
    assert (key.scopes, key.created_by) == (["read:clients", "read:staff"], admin.user)
    assert timedelta(days=29) < key.expires_at - timezone.now() <= timedelta(days=30)
    for page in (KEYS, f"{KEYS}{key.pk}/change/", f"{KEYS}{key.pk}/history/"):
        seen = admin.get(page)
        assert seen.status_code == 200
        assert secret.encode() not in seen.content


def _token_of(page: Any) -> str:
    found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.content.decode())
    assert found
    return found[1]


def test_a_reload_of_the_page_makes_no_other_key(sign_in: SignIn) -> None:
    admin = sign_in(Role.ADMINISTRATOR)
    form = {"name": "importer", "brand": "", "scopes": ["read:clients"], "days": "30"}
    sent = {**form, "csrfmiddlewaretoken": _token_of(admin.get(f"{KEYS}add/"))}
    secret = _shown(admin.post(f"{KEYS}add/", **sent))

    again = admin.post(f"{KEYS}add/", **sent)

    assert (again.status_code, again["Location"]) == (302, KEYS)
    assert ApiKey.objects.count() == 1
    page = admin.get(KEYS).content.decode()
    assert "was sent before" in page
    assert secret not in page
    assert secret not in repr(dict(admin.client.session))
    # The form opened anew makes another one.
    _shown(admin.post(f"{KEYS}add/", **form, csrfmiddlewaretoken=_token_of(admin.get(f"{KEYS}add/"))))
    assert ApiKey.objects.count() == 2


def test_a_reload_gives_no_other_secret(sign_in: SignIn) -> None:
    admin = sign_in(Role.ADMINISTRATOR)
    made = {**SERVICE, "scopes": ["read:clients"], "csrfmiddlewaretoken": _token_of(admin.get(f"{APPLICATIONS}add/"))}
    for status in (200, 302):
        assert admin.post(f"{APPLICATIONS}add/", **made).status_code == status
    application = Application.objects.get()
    token = _token_of(admin.get(APPLICATIONS))

    renew = {"action": "renew_secret", "_selected_action": [application.pk], "csrfmiddlewaretoken": token}
    _shown(admin.post(APPLICATIONS, **renew))
    stored = Application.objects.get().client_secret
    assert admin.post(APPLICATIONS, **renew).status_code == 302
    assert Application.objects.get().client_secret == stored


def test_a_key_needs_a_scope(sign_in: SignIn) -> None:
    answer = sign_in(Role.ADMINISTRATOR).post(f"{KEYS}add/", name="importer", brand="", days="30")

    assert answer.status_code == 200
    assert "This field is required" in answer.content.decode()
    assert not ApiKey.objects.exists()


def test_the_list_says_how_each_key_is(sign_in: SignIn) -> None:
    now = timezone.now()
    for days, name in ((300, "fresh"), (10, "old")):
        issue_api_key(
            name=name, scopes=["read:clients"], brand=None, created_by=None, now=now, lifetime=timedelta(days=days)
        )
    ApiKey.objects.create(
        name="gone", prefix="sk_gone", digest="x", scopes=["read:clients"], created_at=now, expires_at=now
    )

    page = sign_in(Role.ADMINISTRATOR).get(KEYS).content.decode()

    assert all(status in page for status in ("Active", "Expiring", "Expired"))


def test_revoking_ends_it(sign_in: SignIn) -> None:
    now = timezone.now()
    issued = issue_api_key(name="importer", scopes=["read:clients"], brand=None, created_by=None, now=now)
    admin = sign_in(Role.ADMINISTRATOR)

    answer = admin.post(KEYS, action="revoke", _selected_action=[issued.key.pk])

    assert answer.status_code == 302
    assert find_api_key(issued.secret, now=now) is None
    assert "Revoked" in admin.get(KEYS).content.decode()


@pytest.mark.parametrize("path", [KEYS, f"{KEYS}add/", APPLICATIONS, f"{APPLICATIONS}add/"])
def test_an_administrator_of_one_brand_sees_none_of_it(sign_in: SignIn, path: str) -> None:
    admin = sign_in(Role.ADMINISTRATOR, brand=cast.make_brand("kids"))

    assert admin.get(path).status_code == 403
    assert admin.post(path, name="importer", brand="", scopes=["read:clients"], days="30").status_code == 403
    assert not ApiKey.objects.exists()


def test_a_confidential_application_gets_a_secret_that_is_shown_once(sign_in: SignIn) -> None:
    admin = sign_in(Role.ADMINISTRATOR)

    secret = _shown(admin.post(f"{APPLICATIONS}add/", **SERVICE, scopes=["read:clients"]))

    application = Application.objects.get()
    assert application.client_secret != secret
    page = admin.get(f"{APPLICATIONS}{application.pk}/change/").content.decode()
    assert application.client_id in page
    assert secret not in page
    assert application.client_secret not in page


def test_a_new_secret_replaces_the_old_one(sign_in: SignIn) -> None:
    from django.contrib.auth.hashers import check_password

    admin = sign_in(Role.ADMINISTRATOR)
    old = _shown(admin.post(f"{APPLICATIONS}add/", **SERVICE, scopes=["read:clients"]))

    new = _shown(admin.post(APPLICATIONS, action="renew_secret", _selected_action=[Application.objects.get().pk]))

    stored = Application.objects.get().client_secret
    assert check_password(new, stored)
    assert not check_password(old, stored)


def test_a_public_application_has_no_secret_and_can_be_changed(sign_in: SignIn) -> None:
    admin = sign_in(Role.ADMINISTRATOR)
    form: dict[str, Any] = {
        **FORM,
        "authorization_grant_type": "authorization-code",
        "client_type": "public",
        "redirect_uris": "https://app.example.com/back\nhttp://127.0.0.1:9000/back\ncom.example.app:/back",
        "allowed_origins": "https://app.example.com http://localhost:3000",
        "scopes": ["read:bookings"],
    }

    answer = admin.post(f"{APPLICATIONS}add/", **form)

    assert answer.status_code == 302, answer.content.decode()[-3000:]
    application = Application.objects.get()
    answer = admin.post(f"{APPLICATIONS}{application.pk}/change/", **{**form, "name": "Other"})
    assert answer.status_code == 302
    application.refresh_from_db()
    assert application.name == "Other"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("redirect_uris", "http://app.example.com/back"),
        ("redirect_uris", "https://*.example.com/back"),
        ("redirect_uris", "https://app.example.com/back#x"),
        ("redirect_uris", "https://me@app.example.com/back"),
        ("redirect_uris", "javascript:alert(1)"),
        ("redirect_uris", "myapp:/back"),
        ("redirect_uris", "https://app.example.com:x/"),
        ("redirect_uris", ""),
        ("allowed_origins", "http://app.example.com"),
        ("allowed_origins", "https://*.example.com"),
        ("allowed_origins", "https://app.example.com/path"),
        ("allowed_origins", "*"),
        ("allowed_origins", "null"),
    ],
)
def test_unsafe_addresses_are_refused(sign_in: SignIn, field: str, value: str) -> None:
    form = {
        **FORM,
        "authorization_grant_type": "authorization-code",
        "client_type": "public",
        "redirect_uris": "https://app.example.com/back",
        "scopes": ["read:bookings"],
        field: value,
    }

    answer = sign_in(Role.ADMINISTRATOR).post(f"{APPLICATIONS}add/", **form)

    assert answer.status_code == 200
    assert not Application.objects.exists()


@pytest.mark.parametrize(
    ("scopes", "first_try"), [(["read:bookings", "read:staff"], "/v1/staff"), (["act-as", "write:clients"], None)]
)
def test_the_first_try_is_something_that_the_key_may(sign_in: SignIn, scopes: list[str], first_try: str | None) -> None:
    answer = sign_in(Role.ADMINISTRATOR).post(f"{KEYS}add/", name="importer", brand="", scopes=scopes, days="30")

    page = answer.content.decode()
    assert ("curl" in page) == (first_try is not None)
    assert first_try is None or f"{first_try} -H" in page


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"redirect_uris": ""}, "Where do people go back to"),
        ({"redirect_uris": "harbor://back"}, "a scheme with your domain"),
        ({"redirect_uris": "https://a.example/cb", "allowed_origins": "https://a.example/"}, "without a path"),
        ({"redirect_uris": "https://a.example/cb", "name": ""}, "This field is required"),
    ],
)
def test_a_refused_application_is_told_what_would_do(sign_in: SignIn, wrong: dict[str, str], said: str) -> None:
    people = {**SERVICE, "authorization_grant_type": "authorization-code", "scopes": ["read:bookings"]}

    answer = sign_in(Role.ADMINISTRATOR).post(f"{APPLICATIONS}add/", **{**people, **wrong})

    assert answer.status_code == 200
    assert said in answer.content.decode()
    assert not Application.objects.filter(name="Website").exists()
