"""Issuing a token: for operators and tests, with the scopes of its client and no others."""

import hashlib
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from oauth2_provider.models import get_access_token_model

from accounts.services.issue_token import ScopeNotGrantedError, issue_token
from tenants.context import use_public
from tests.support import cast
from tests.support.http import Rest

AccessToken = get_access_token_model()


def _token(**options: Any) -> str:
    said = StringIO()
    with use_public():
        call_command("token", "north", stdout=said, **options)
    (line,) = said.getvalue().splitlines()
    return line


def _scopes() -> set[str]:
    return set(AccessToken.objects.get().scope.split())


def test_a_service_gets_all_scopes_of_its_client(north: Any) -> None:
    cast.make_application(scopes=["read:clients", "act-as"])

    answer = Rest(north, _token()).get("/v1/clients")

    assert answer.status_code == 200
    assert _scopes() == {"read:clients", "act-as"}


def test_a_user_gets_them_without_acting_for_others(north: Any) -> None:
    cast.make_application(scopes=["read:bookings", "act-as"])
    user = cast.make_user(cast.make_client())

    answer = Rest(north, _token(user=user.email.upper())).get("/v1/bookings/me")

    assert answer.status_code == 200
    assert _scopes() == {"read:bookings"}


def test_fewer_scopes_may_be_asked_for(north: Any) -> None:
    cast.make_application(scopes=["read:clients", "read:staff", "act-as"])

    _token(scope="read:staff  read:clients")

    assert _scopes() == {"read:clients", "read:staff"}


def test_a_scope_that_the_client_lacks_is_refused_and_named(north: Any) -> None:
    application = cast.make_application(scopes=["read:clients"])

    with pytest.raises(ScopeNotGrantedError, match=r"write:clients; it can grant read:clients"):
        issue_token(
            application=application, user=None, scopes=["read:clients", "write:clients"], now=datetime.now(tz=UTC)
        )
    with pytest.raises(CommandError, match="write:clients"):
        _token(scope="write:clients")
    assert not AccessToken.objects.exists()


def test_the_client_is_the_named_one_or_the_first(north: Any) -> None:
    first, second = cast.make_application(), cast.make_application()

    _token()
    _token(client=second.name)

    assert list(AccessToken.objects.order_by("pk").values_list("application_id", flat=True)) == [first.pk, second.pk]


def test_the_command_says_what_is_missing(north: Any) -> None:
    with pytest.raises(CommandError, match="none yet"):
        _token()
    application = cast.make_application()
    with pytest.raises(CommandError, match=application.name):
        _token(client="nobody")
    with pytest.raises(CommandError, match=r"Nobody signs in as nobody@example\.com"):
        _token(user="nobody@example.com")
    with use_public(), pytest.raises(CommandError, match="no tenant 'nowhere'"):
        call_command("token", "nowhere")


def test_only_the_checksum_is_stored(north: Any) -> None:
    raw = cast.make_token()

    row = AccessToken.objects.values().get()
    assert row["token_checksum"] == hashlib.sha256(raw.encode()).hexdigest()
    assert row["token"] == ""
    assert not [name for name, value in row.items() if raw in str(value)]


def test_it_ends_after_twelve_hours(north: Any) -> None:
    now = datetime.now(tz=UTC)

    issue_token(application=cast.make_application(), user=None, scopes=None, now=now)

    assert AccessToken.objects.get().expires == now + timedelta(hours=12)


def test_no_token_is_taken_for_an_api_key(north: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Base64 of these bytes begins with `sk_`."""
    monkeypatch.setattr("secrets.token_bytes", lambda _count=None: b"\xb2\x4f\xff" * 11)
    token = issue_token(
        application=cast.make_application(scopes=["read:clients"]), user=None, scopes=None, now=datetime.now(tz=UTC)
    )

    assert Rest(north, token).get("/v1/clients").status_code == 200
