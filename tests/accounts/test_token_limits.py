"""POST /oauth/token is limited by client and address, and says 503 when nobody can count."""

from typing import Any
from urllib.parse import urlencode

import pytest

from tenants.throttling.rules import Limit
from tests.support.http import Rest
from tests.support.smtp import free_port

ONCE = Limit(count=1, seconds=3600)


def _ask(tenant: Any, client_id: str = "somebody", path: str = "/oauth/token", **headers: str) -> Any:
    form = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": "a guess"}
    return Rest(tenant, **headers).request(
        "POST", path, raw=urlencode(form).encode(), content_type="application/x-www-form-urlencoded"
    )


def test_a_client_at_an_address_may_not_guess_on_and_on(north: Any, south: Any, settings: Any) -> None:
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "token_client": ONCE}
    first, second = _ask(north), _ask(north)

    assert (first.status_code, first["X-RateLimit-Remaining"]) == (401, "0")
    assert (second.status_code, second.json()["error"]) == (429, "rate_limited")
    assert 3570 < int(second["Retry-After"]) <= 3600
    assert _ask(north, "another").status_code == 401
    assert _ask(south).status_code == 401


def test_the_client_is_known_by_basic_too(north: Any, settings: Any) -> None:
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "token_client": ONCE}
    assert _ask(north, Authorization="Basic c29tZWJvZHk6YSBndWVzcw==").status_code == 401
    assert _ask(north, "somebody").status_code == 429


@pytest.mark.parametrize("authorization", ["Basic", "Basic %%", "Basic /w==", "Bearer x", "Basic Og=="])
def test_a_broken_header_is_no_way_around(north: Any, settings: Any, authorization: str) -> None:
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "token_client": ONCE}
    answers = [_ask(north, "", Authorization=authorization).status_code for _ in range(2)]
    assert answers[0] in {400, 401}
    assert answers[1] == 429


def test_an_address_may_not_guess_many_clients(north: Any, settings: Any) -> None:
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "token_address": Limit(count=2, seconds=7200)}
    assert [_ask(north, f"client-{number}").status_code for number in range(3)] == [401, 401, 429]


def test_without_valkey_no_secret_is_tried(north: Any, settings: Any) -> None:
    settings.REDIS_URL = f"redis://127.0.0.1:{free_port()}/0"
    answer = _ask(north)

    assert (answer.status_code, answer.json()["error"], answer["Retry-After"]) == (503, "temporarily_unavailable", "1")
