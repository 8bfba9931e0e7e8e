"""An application that signs people in, a person, and the way from one to the other."""

from typing import Any
from urllib.parse import urlencode

from accounts.access.models import Application
from accounts.models import User
from tests.support.browser import VERIFIER, Browser, answered, authorize_path
from tests.support.http import Rest

SECRET = "a-long-random-secret-0123456789"
BACK = "https://app.example.com/back"


def make_web_app(client_id: str = "web", *, public: bool = True, **fields: Any) -> Application:
    wanted = {
        "name": f"App {client_id}",
        "client_id": client_id,
        "client_secret": SECRET,
        "client_type": Application.CLIENT_PUBLIC if public else Application.CLIENT_CONFIDENTIAL,
        "authorization_grant_type": Application.GRANT_AUTHORIZATION_CODE,
        "redirect_uris": BACK,
        "scopes": ["read:bookings", "write:bookings", "manage:bookings"],
        **fields,
    }
    made: Application = Application.objects.create(**wanted)
    return made


def make_person(email: str = "maya@example.com") -> User:
    return User.objects.create_user(email, "a password", name="Maya")


def code_for(browser: Browser, client_id: str = "web", **changes: str | None) -> str:
    """Signs nobody in: the browser must be. Allows what is asked for and answers the code."""
    path = authorize_path(client_id, **{"prompt": "consent", **changes})
    assert browser.get(path).status_code == 200
    return answered(browser.post(path, decision="allow"))["code"]


def post_form(tenant: Any, path: str, **form: str) -> Any:
    return Rest(tenant).request(
        "POST", path, raw=urlencode(form).encode(), content_type="application/x-www-form-urlencoded"
    )


def exchange(tenant: Any, code: str, **changes: str) -> Any:
    form = {
        "grant_type": "authorization_code", "code": code, "client_id": "web", "redirect_uri": BACK,
        "code_verifier": VERIFIER, **changes,
    }  # fmt: skip
    return post_form(tenant, "/oauth/token", **form)


def refresh(tenant: Any, token: str, **changes: str) -> Any:
    return post_form(
        tenant, "/oauth/token", **{"grant_type": "refresh_token", "refresh_token": token, "client_id": "web", **changes}
    )


def signed_in(tenant: Any) -> Browser:
    make_person()
    browser = Browser(tenant)
    assert browser.sign_in("maya@example.com").status_code == 302
    return browser


def tokens(tenant: Any) -> dict[str, Any]:
    """Of a new person and a new public application."""
    make_web_app()
    answer = exchange(tenant, code_for(signed_in(tenant)))
    assert answer.status_code == 200, answer.content
    told: dict[str, Any] = answer.json()
    return told
