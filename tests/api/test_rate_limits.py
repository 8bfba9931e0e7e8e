"""Rate limits of the API: whose they are, what is told of them, and when they are looked at."""

import time
from collections.abc import Callable
from typing import Any

import pytest

from api.families import FLEXTELL, LEKO, LOOP, PLATFORM, UPVIO, family_of
from api.models import IdempotencyRecord
from tenants.context import use
from tenants.throttling.rules import Limit
from tests.api.envelopes import refused
from tests.support import cast
from tests.support.http import Rest

CLIENTS = "/v1/clients"
Limits = Callable[..., None]


@pytest.fixture
def limits(settings: Any) -> Limits:
    """Sets limits that give nothing back while a test runs: `limits(principal=3)`."""

    def set_limits(**counts: int) -> None:
        low = {name: Limit(count=count, seconds=count * 3600) for name, count in counts.items()}
        settings.RATE_LIMITS = {**settings.RATE_LIMITS, **low}

    return set_limits


def _told(answer: Any) -> tuple[str, str]:
    return answer["X-RateLimit-Limit"], answer["X-RateLimit-Remaining"]


def _about(seconds: int) -> Any:
    """So many seconds, less what a slow machine took meanwhile."""
    return pytest.approx(seconds - 15, abs=15)


def test_every_answer_says_how_much_is_left(north: Any, limits: Limits) -> None:
    limits(principal=4)
    rest = Rest(north, cast.make_token())
    nobody = f"{CLIENTS}/53075d23-6c3f-5e98-b11a-0b04678e1dec"

    for number, (answer, status) in enumerate(
        [
            (rest.get(CLIENTS), 200),
            (rest.get(nobody), 404),
            (rest.post(CLIENTS, raw=b"{"), 400),
            (rest.delete(CLIENTS), 405),
        ]
    ):
        assert (answer.status_code, *_told(answer)) == (status, "4", str(3 - number))
        assert int(answer["X-RateLimit-Reset"]) == _about(3600 * (number + 1))
    refusal = rest.get(CLIENTS)
    assert (refusal.status_code, *_told(refusal)) == (429, "4", "0")
    assert int(refusal["X-RateLimit-Reset"]) == _about(4 * 3600)
    assert int(refusal["Retry-After"]) == _about(3600)


def test_what_is_told_is_the_tighter_of_the_two(north: Any, limits: Limits) -> None:
    limits(principal=5, tenant=3)
    first, second = Rest(north, cast.make_token()), Rest(north, cast.make_token())

    assert _told(first.get(CLIENTS)) == ("3", "2")
    second.get(CLIENTS)
    second.get(CLIENTS)
    assert first.get(CLIENTS).status_code == 429


def test_a_refusal_of_one_limit_takes_nothing_from_the_other(north: Any, limits: Limits) -> None:
    limits(principal=1, tenant=2)
    greedy, modest = Rest(north, cast.make_token()), Rest(north, cast.make_token())

    assert [greedy.get(CLIENTS).status_code for _ in range(5)] == [200, 429, 429, 429, 429]
    assert modest.get(CLIENTS).status_code == 200


def test_callers_and_tenants_have_limits_of_their_own(north: Any, south: Any, limits: Limits) -> None:
    limits(principal=1, tenant=2)
    with use(south):
        there = Rest(south, cast.make_token())
    one, two = Rest(north, cast.make_token()), Rest(north, cast.make_token())

    assert [one.get(CLIENTS).status_code, one.get(CLIENTS).status_code] == [200, 429]
    assert [two.get(CLIENTS).status_code, two.get(CLIENTS).status_code] == [200, 429]
    with use(south):
        assert there.get(CLIENTS).status_code == 200


def test_all_tokens_of_a_caller_share_one_limit(north: Any, limits: Limits) -> None:
    limits(principal=2)
    user = cast.make_user(cast.make_client())
    tokens = [cast.make_token(user=user) for _ in range(3)]

    answers = [Rest(north, token).get("/v1/bookings/me").status_code for token in tokens]
    assert answers == [200, 200, 429]


@pytest.mark.parametrize(
    ("path", "family"),
    [("/v1/providers", LOOP), ("/v1/bookings/notify", LEKO), (CLIENTS, PLATFORM)],
)
def test_the_refusal_is_in_the_family_s_envelope(north: Any, limits: Limits, path: str, family: Any) -> None:
    limits(principal=1)
    rest = Rest(north, cast.make_token())
    rest.get(CLIENTS)

    for _ in range(2):  # from the bucket, then from what the process remembers
        answer = rest.post(path, {})
        assert family_of("POST", path) is family
        found = refused(answer, method="POST", path=path)
        assert (found.status, found.code) == (429, "rate_limited")
        assert int(answer["Retry-After"]) > 0


@pytest.mark.parametrize("path", ["/v1/businesses/x/appointments", "/v1/appointments"])
def test_families_to_come_are_refused_in_theirs(rf: Any, path: str) -> None:
    from api import errors

    body = errors.render(rf.post(path), errors.RateLimitedError(limit=1, retry_after=2))

    assert family_of("POST", path) in (UPVIO, FLEXTELL)
    assert (body.status_code, body["Retry-After"]) == (429, "2")
    assert b"error" in body.content


def test_a_wrong_token_is_counted_by_address(north: Any, limits: Limits) -> None:
    limits(anonymous=2)
    guesses = [Rest(north, f"guess-{number}").get(CLIENTS).status_code for number in range(4)]
    assert guesses == [401, 401, 429, 429]
    # Nor has who shows no token at all anything left; who shows a valid one isn't held back.
    assert Rest(north).get(CLIENTS).status_code == 429
    assert Rest(north, cast.make_token()).get(CLIENTS).status_code == 200


def test_strangers_use_up_nothing_of_the_tenant_s(north: Any, limits: Limits) -> None:
    limits(tenant=1)
    for _ in range(5):
        assert Rest(north, "guess").get(CLIENTS).status_code == 401
    assert Rest(north, cast.make_token()).get(CLIENTS).status_code == 200


def test_authentication_comes_first_then_the_limit_then_the_scope(north: Any, limits: Limits) -> None:
    limits(principal=2)
    rest = Rest(north, cast.make_token(scopes=["read:staff"]))

    assert rest.get(CLIENTS).status_code == 403
    assert rest.post(CLIENTS, raw=b"{").status_code == 403
    assert rest.get(CLIENTS).status_code == 429
    assert Rest(north, "wrong").get(CLIENTS).status_code == 401


def test_the_limit_comes_before_the_replay_and_is_not_stored(north: Any, limits: Limits) -> None:
    limits(principal=1)
    key = {"Idempotency-Key": "once"}
    body = {"given_name": "Dora", "family_name": "Doe", "email": "dora@example.com"}
    rest = Rest(north, cast.make_token())

    assert rest.post(CLIENTS, body, headers=key).status_code == 201
    again = rest.post(CLIENTS, body, headers=key)
    assert (again.status_code, again.has_header("Idempotent-Replayed")) == (429, False)
    assert IdempotencyRecord.objects.count() == 1
    assert rest.post(CLIENTS, body, headers={"Idempotency-Key": "other"}).status_code == 429
    assert IdempotencyRecord.objects.count() == 1


def test_who_was_refused_is_refused_again_without_a_query(
    north: Any, limits: Limits, django_assert_num_queries: Any
) -> None:
    limits(principal=1)
    rest = Rest(north, cast.make_token())
    rest.get(CLIENTS)
    assert rest.get(CLIENTS).status_code == 429

    with django_assert_num_queries(0):
        again = rest.get(CLIENTS)
    assert (again.status_code, *_told(again)) == (429, "1", "0")
    assert int(again["Retry-After"]) == _about(3600)


def test_who_was_refused_may_ask_when_the_wait_is_over(north: Any, settings: Any) -> None:
    # One request each 200 ms.
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "principal": Limit(count=5, seconds=1)}
    rest = Rest(north, cast.make_token())
    while (answer := rest.get(CLIENTS)).status_code == 200:
        pass
    assert (answer.status_code, answer["Retry-After"]) == (429, "1")
    time.sleep(0.25)
    assert rest.get(CLIENTS).status_code == 200


def test_limits_can_be_switched_off(north: Any, limits: Limits, settings: Any) -> None:
    limits(principal=1)
    settings.RATE_LIMITS_ON = False
    rest = Rest(north, cast.make_token())

    answers = [rest.get(CLIENTS) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert not answers[0].has_header("X-RateLimit-Limit")
