"""A person's browser inside the test's process: cookies, forms with CSRF, redirects seen one by one."""

import base64
import hashlib
import re
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from django.conf import settings
from django.test import Client

from tenants.context import activate
from tenants.resolution import ResolvedTenant

VERIFIER = "a-verifier-of-43-characters-at-the-very-least-1234"
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()


class Browser:
    """Afterwards the connection is in the tenant again."""

    def __init__(self, tenant: ResolvedTenant, *, host: str | None = None) -> None:
        self.tenant = tenant
        self.django = Client(
            raise_request_exception=False, enforce_csrf_checks=True, headers={"Host": host or f"{tenant.slug}.test"}
        )

    def get(self, path: str, **options: Any) -> Any:
        return self._in_tenant(self.django.get, path, **options)

    def post(self, path: str, **form: str) -> Any:
        """Sends a form as a browser does, with the token of the cookie that the page has set."""
        cookie = self.django.cookies.get(settings.CSRF_COOKIE_NAME)
        return self._in_tenant(self.django.post, path, {"csrfmiddlewaretoken": cookie.value if cookie else "", **form})

    def sign_in(self, email: str, password: str = "a password", *, next_page: str = "") -> Any:  # noqa: S107
        self.get("/sign-in")
        return self.post("/sign-in", username=email, password=password, next=next_page)

    def _in_tenant(self, send: Any, *args: Any, **options: Any) -> Any:
        try:
            return send(*args, **options)
        finally:
            activate(self.tenant)


def authorize_path(client_id: str, **changes: str | None) -> str:
    """The address of the consent page; None leaves a parameter out."""
    asked: dict[str, str | None] = {
        "response_type": "code",
        "client_id": client_id,
        "redirect_uri": "https://app.example.com/back",
        "scope": "read:bookings",
        "state": "xyz",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
        **changes,
    }
    return f"/oauth/authorize?{urlencode({name: value for name, value in asked.items() if value is not None})}"


def answered(response: Any) -> dict[str, str]:
    """The parameters that a redirect carries back to the application."""
    assert response.status_code == 302, response.content
    return {name: values[0] for name, values in parse_qs(urlsplit(response["Location"]).query).items()}


def text_of(response: Any) -> str:
    """What a page says, without its tags."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", response.content.decode())).split())
