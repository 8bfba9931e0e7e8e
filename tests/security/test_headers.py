"""What every answer tells browsers and caches."""

from typing import Any

import pytest
from django.test import Client

from tests.security.addresses import addresses
from tests.support import cast

EVERYWHERE = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


@pytest.mark.parametrize(
    ("urlconf", "host"), [("config.urls.tenant", "north.test"), ("config.urls.platform", "localhost")]
)
def test_every_address_has_them(db: None, urlconf: str, host: str) -> None:
    client = Client(raise_request_exception=False)
    for path in [*addresses(urlconf), "/livez", "/nothing", "/static/slotkeeper/admin.css"]:
        answer = client.get(path, headers={"Host": host})
        answer.close()
        assert {name: answer.get(name) for name in EVERYWHERE} == EVERYWHERE, path
        assert "camera=()" in answer["Permissions-Policy"], path
        assert answer["Cache-Control"], path


@pytest.mark.parametrize("path", ["/v1/clients", "/v1/nothing", "/oauth/token", "/livez", "/nothing"])
def test_no_cache_keeps_an_answer(db: None, path: str) -> None:
    assert Client().get(path, headers={"Host": "north.test"})["Cache-Control"] == "no-store"


def test_what_has_an_etag_is_kept_by_its_reader_alone_and_asked_for_again(north: Any) -> None:
    client = cast.make_client()
    headers = {"Host": "north.test", "Authorization": f"Bearer {cast.make_token()}"}
    path = f"/v1/clients/{client.person_id}"

    answer = Client().get(path, headers=headers)
    assert (answer.status_code, answer["Cache-Control"]) == (200, "private, no-cache")

    again = Client().get(path, headers={**headers, "If-None-Match": answer["ETag"]})
    assert (again.status_code, again["Cache-Control"]) == (304, "private, no-cache")


def test_pages_of_the_admin_are_not_kept(db: None) -> None:
    assert "no-store" in Client().get("/admin/login/", headers={"Host": "north.test"})["Cache-Control"]


def test_the_api_sets_no_cookie(north: Any) -> None:
    headers = {"Host": "north.test", "Authorization": f"Bearer {cast.make_token()}"}
    for path in (*[path for path in addresses("config.urls.tenant") if path.startswith("/v1/")], "/oauth/token"):
        for method in ("get", "post"):
            answer = getattr(Client(raise_request_exception=False), method)(path, headers=headers)
            assert not answer.cookies, path
