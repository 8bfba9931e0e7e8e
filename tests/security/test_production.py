"""Cookies and headers of production, from a web server that runs as there."""

from typing import Any

import httpx
import pytest

from accounts.models import User
from tests.config.running import PRODUCTION
from tests.support.committed import pointed_at
from tests.support.live import Live

pytestmark = pytest.mark.serial

TLS = {"Host": "north.test", "X-Forwarded-Proto": "https"}


@pytest.fixture
def url(django_db_setup: None, platform: Live, django_db_blocker: Any) -> str:
    from tenants.context import activate
    from tenants.resolution import resolve

    with pointed_at(platform.database_name, django_db_blocker):
        north = resolve(host="north.test", number=None)
        assert north is not None
        activate(north)
        user = User(email="staff@north.test", is_staff=True)
        # Hashed as production does: the tests' own hasher is not there.
        from django.contrib.auth.hashers import ScryptPasswordHasher

        user.password = ScryptPasswordHasher().encode("a password", "salt")
        user.save()
    kept = {name: PRODUCTION[name] for name in ("SLOTKEEPER_ENV", "SECRET_KEY", "SECRETS_KEYS")}
    platform.environment |= {
        **kept, "ALLOWED_HOSTS": ".test", "PLATFORM_HOSTS": "platform.test", "BEHIND_TLS_PROXY": "1",
    }  # fmt: skip
    platform.start_web(processes=1)
    return platform.url


def test_cookies_and_headers(url: str) -> None:
    with httpx.Client(base_url=url, headers=TLS) as client:
        plain = client.get("/admin/login/", headers={"X-Forwarded-Proto": "http"})
        assert (plain.status_code, plain.headers["Location"]) == (301, "https://north.test/admin/login/")

        page = client.get("/admin/login/")
        assert page.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains; preload"
        assert not any(digit in page.headers.get("Server", "") for digit in "0123456789"), "no version"
        csrf = cookie(page, "__Host-csrf")

        answer = client.post(
            "/admin/login/",
            data={
                "username": "staff@north.test",
                "password": "a password",
                "csrfmiddlewaretoken": page.text.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0],
            },
            headers={"Cookie": csrf, "Referer": "https://north.test/admin/login/"},
        )
        assert answer.status_code == 302, answer.text
        session = cookie(answer, "__Host-session")
        assert client.get("/admin/", headers={"Cookie": session}).status_code == 200
        # The browser would not send it there, having no Domain. If somebody does, it opens nothing.
        assert client.get("/admin/", headers={"Cookie": session, "Host": "south.test"}).status_code == 302

        api = client.get("/v1/clients", headers={"Cookie": session})
        assert api.status_code == 401, "a cookie signs nobody in to the API"
        assert "Set-Cookie" not in api.headers
        assert client.get("/admin/", headers={"Host": "evil.example"}).status_code == 404
        assert client.get("/livez", headers={"X-Forwarded-Proto": "http"}).status_code == 200


def cookie(answer: httpx.Response, name: str) -> str:
    """`name=value` of a cookie, set as the prefix `__Host-` demands (RFC 6265bis) and kept from scripts."""
    (found,) = [text for text in answer.headers.get_list("Set-Cookie") if text.strip().startswith(f"{name}=")]
    pair, *attributes = [part.strip().lower() if "=" not in part else part.strip() for part in found.split(";")]
    named = {attribute.partition("=")[0].lower(): attribute.partition("=")[2] for attribute in attributes}
    assert {"secure", "httponly"} <= named.keys()
    assert (named["path"], named["samesite"]) == ("/", "Lax")
    assert "domain" not in named
    return pair.strip()
