"""A token opens what its scopes say, until it expires or its user is switched off."""

from datetime import UTC, datetime, timedelta
from typing import Any

from oauth2_provider.models import get_access_token_model

from tests.support import cast
from tests.support.http import Rest

AccessToken = get_access_token_model()


def _invalid(answer: Any) -> bool:
    return answer.status_code == 401 and 'error="invalid_token"' in answer["WWW-Authenticate"]


def test_it_opens_until_it_expires(north: Any) -> None:
    rest = Rest(north, cast.make_token())
    assert rest.get("/v1/clients").status_code == 200

    AccessToken.objects.update(expires=datetime.now(tz=UTC) - timedelta(seconds=1))

    assert _invalid(rest.get("/v1/clients"))


def test_a_user_who_is_switched_off_is_out_at_once(north: Any) -> None:
    user = cast.make_user(cast.make_client())
    rest = Rest(north, cast.make_token(user=user))
    assert rest.get("/v1/bookings/me").status_code == 200

    user.is_active = False
    user.save()

    assert _invalid(rest.get("/v1/bookings/me"))


def test_a_revoked_token_opens_nothing(north: Any) -> None:
    rest = Rest(north, cast.make_token())

    AccessToken.objects.get().revoke()

    assert _invalid(rest.get("/v1/clients"))


def test_its_checksum_is_no_token(north: Any) -> None:
    cast.make_token()

    assert _invalid(Rest(north, AccessToken.objects.get().token_checksum).get("/v1/clients"))


def test_a_token_in_query_or_body_is_none(north: Any) -> None:
    raw = cast.make_token()

    assert Rest(north).get(f"/v1/clients?access_token={raw}").status_code == 401
    assert Rest(north).post("/v1/clients", {"access_token": raw, "given_name": "X"}).status_code == 401
