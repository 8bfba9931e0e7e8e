"""An API key is a bearer token of a service: scopes, brand, tenant and idempotency hold for it too."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.access.models import ApiKey
from accounts.services.issue_api_key import issue_api_key
from accounts.services.revoke_api_key import revoke_api_key
from tests.support import cast
from tests.support.http import Rest

PERSON = {"given_name": "Dora", "family_name": "Doe", "email": "dora@example.com"}


def _secret(*scopes: str, **fields: Any) -> str:
    wanted = {"name": "importer", "brand": None, "created_by": None, "now": timezone.now(), **fields}
    return issue_api_key(scopes=scopes or ["read:clients", "write:clients"], **wanted).secret


def test_a_key_opens_what_its_scopes_say(north: Any) -> None:
    rest = Rest(north, _secret("read:clients"))

    assert rest.get("/v1/clients").status_code == 200
    refused = rest.post("/v1/clients", PERSON)
    assert refused.status_code == 403
    assert 'error="insufficient_scope", scope="write:clients"' in refused["WWW-Authenticate"]


def test_it_is_a_service_and_may_have_the_scopes_of_services(north: Any) -> None:
    assert Rest(north, _secret("read:staff")).get("/v1/staff").status_code == 200


@pytest.mark.parametrize("end", ["expires", "revoked", "mistyped"])
def test_a_key_that_ended_is_401(north: Any, end: str) -> None:
    secret = _secret()
    key = ApiKey.objects.get()
    if end == "expires":
        ApiKey.objects.update(expires_at=timezone.now())
    elif end == "revoked":
        revoke_api_key(key=key, now=timezone.now())
    else:
        secret = secret[:-1] + ("a" if secret[-1] != "a" else "b")

    answer = Rest(north, secret).get("/v1/clients")

    assert answer.status_code == 401
    assert 'error="invalid_token"' in answer["WWW-Authenticate"]


def test_a_key_of_another_tenant_is_401(north: Any, south: Any) -> None:
    assert Rest(south, _secret()).get("/v1/clients").status_code == 401


def test_a_key_of_a_brand_speaks_for_that_brand(north: Any) -> None:
    kids = cast.make_brand("kids")
    cast.make_client("Main Client")
    cast.make_client("Kids Client", brand=kids)

    seen = Rest(north, _secret("read:clients", brand=kids)).get("/v1/clients").json()["data"]
    assert [client["given_name"] for client in seen] == ["Kids"]
    answer = Rest(north, _secret("read:clients", brand=cast.main_brand())).request(
        "GET", "/v1/clients", host=cast.brand_host(north, kids)
    )
    assert (answer.status_code, answer.json()["code"]) == (403, "foreign_brand")


def test_two_keys_are_two_principals(north: Any) -> None:
    one, two = (Rest(north, _secret(), **{"Idempotency-Key": "same"}) for _ in range(2))

    first, again, other = (
        one.post("/v1/clients", PERSON),
        one.post("/v1/clients", PERSON),
        two.post("/v1/clients", {**PERSON, "email": "other@example.com"}),
    )

    assert (first.status_code, other.status_code) == (201, 201)
    assert again["Idempotent-Replayed"] == "true"
    assert not other.has_header("Idempotent-Replayed")


def test_its_use_is_noted(north: Any) -> None:
    secret = _secret()

    Rest(north, secret).get("/v1/clients")

    used = ApiKey.objects.get().last_used_at
    assert used is not None
    assert timezone.now() - used < timedelta(seconds=30)


def test_it_can_not_sign_people_in(north: Any) -> None:
    answer = Rest(north, _secret()).get("/account")

    assert (answer.status_code, answer["Location"].partition("?")[0]) == (302, "/sign-in")
