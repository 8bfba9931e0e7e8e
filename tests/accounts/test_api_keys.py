"""API keys: made once, kept as a checksum, found while they are good."""

import hashlib
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command

from accounts.access.models import ApiKey
from accounts.rules import KeyStatus, key_status
from accounts.services.find_api_key import find_api_key, is_api_key
from accounts.services.issue_api_key import IssuedKey, issue_api_key
from accounts.services.revoke_api_key import revoke_api_key
from tenants.context import activate, activate_public, use

NOW = datetime(2030, 1, 7, 8, tzinfo=UTC)


def _issue(**fields: Any) -> IssuedKey:
    return issue_api_key(
        **{"name": "importer", "scopes": ["read:clients"], "brand": None, "created_by": None, "now": NOW, **fields}
    )


def test_a_key_is_recognisable_and_stored_as_a_checksum(north: Any) -> None:
    issued = _issue()

    assert re.fullmatch(r"sk_[0-9A-Za-z]{8}_[0-9A-Za-z]{40}", issued.secret)
    assert is_api_key(issued.secret)
    stored = ApiKey.objects.values().get()
    assert stored["digest"] == hashlib.sha256(issued.secret.encode()).hexdigest()
    assert stored["prefix"] == issued.secret[:11]
    assert issued.secret[12:] not in repr(stored)
    assert stored["expires_at"] == NOW + timedelta(days=365)


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"scopes": []}, "scopes"),
        ({"scopes": ["read:everything"]}, "scopes"),
        ({"name": ""}, "name"),
        ({"lifetime": timedelta(0)}, "expires_at"),
        ({"lifetime": timedelta(days=9_999)}, "expires_at"),
    ],
)
def test_what_a_key_must_have(north: Any, fields: dict[str, Any], named: str) -> None:
    with pytest.raises(ValidationError) as refused:
        _issue(**fields)

    assert list(refused.value.message_dict) == [named]
    assert not ApiKey.objects.exists()


def test_a_key_is_found_until_the_instant_it_expires(north: Any) -> None:
    issued = _issue(lifetime=timedelta(days=10))
    end = NOW + timedelta(days=10)

    assert find_api_key(issued.secret, now=end - timedelta(seconds=1)) == issued.key
    assert find_api_key(issued.secret, now=end) is None


def test_a_revoked_key_opens_nothing_and_keeps_the_moment(north: Any) -> None:
    issued = _issue()

    revoke_api_key(key=issued.key, now=NOW)
    revoke_api_key(key=issued.key, now=NOW + timedelta(days=1))

    assert find_api_key(issued.secret, now=NOW) is None
    assert issued.key.revoked_at == NOW


@pytest.mark.parametrize("wrong", ["", "sk_", "sk_12345678_", "sk_\udcff", "sk_ä"])
def test_what_is_no_key_finds_nothing(north: Any, wrong: str) -> None:
    _issue()

    assert find_api_key(wrong, now=NOW) is None


def test_a_key_ends_at_its_tenant(north: Any, south: Any) -> None:
    issued = _issue()

    with use(south):
        assert find_api_key(issued.secret, now=NOW) is None


def test_its_use_is_noted_once_a_minute(north: Any, django_assert_num_queries: Any) -> None:
    issued = _issue()

    find_api_key(issued.secret, now=NOW)
    issued.key.refresh_from_db()
    assert issued.key.last_used_at == NOW

    with django_assert_num_queries(1):
        find_api_key(issued.secret, now=NOW + timedelta(seconds=59))
    find_api_key(issued.secret, now=NOW + timedelta(seconds=60))
    issued.key.refresh_from_db()
    assert issued.key.last_used_at == NOW + timedelta(seconds=60)


@pytest.mark.parametrize(
    ("expires_in", "revoked", "status"),
    [
        (timedelta(days=31), False, KeyStatus.ACTIVE),
        (timedelta(days=30), False, KeyStatus.EXPIRING),
        (timedelta(seconds=1), False, KeyStatus.EXPIRING),
        (timedelta(0), False, KeyStatus.EXPIRED),
        (timedelta(days=31), True, KeyStatus.REVOKED),
        (timedelta(days=-1), True, KeyStatus.REVOKED),
    ],
)
def test_the_status(expires_in: timedelta, status: KeyStatus, *, revoked: bool) -> None:
    assert key_status(expires_at=NOW + expires_in, revoked_at=NOW if revoked else None, now=NOW) is status


def test_the_command_prints_a_key_that_works(north: Any, capsys: Any) -> None:
    activate_public()
    call_command("api_key", "north", name="nightly", scope="read:clients read:staff", days=30)
    activate(north)

    secret = capsys.readouterr().out.strip()
    key = find_api_key(secret, now=datetime.now(tz=UTC))
    assert key is not None
    assert (key.name, key.scopes) == ("nightly", ["read:clients", "read:staff"])


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"scope": "read:nonsense"}, "read:nonsense"),
        ({"brand": "nobody"}, "'nobody'"),
        ({"days": 0}, "Between a day"),
        ({"days": 10**12}, "too many"),
    ],
)
def test_the_command_says_what_is_wrong(north: Any, options: dict[str, Any], said: str) -> None:
    activate_public()
    with pytest.raises(CommandError, match=said):
        call_command("api_key", "north", **{"name": "x", "scope": "read:clients", **options})


def test_nobody_waits_to_note_a_use(own_database: str) -> None:
    """A row that somebody else has locked, such as by revoking it, is left to them."""
    from django.db import transaction

    from tenants.resolution import resolve
    from tests.support.committed import in_threads

    north = resolve(host="north.test", number=None)
    assert north is not None
    activate(north)
    issued = _issue()

    def find() -> ApiKey | None:
        activate(north)
        return find_api_key(issued.secret, now=NOW)

    with transaction.atomic():
        ApiKey.objects.select_for_update().get()
        assert in_threads(find) == [issued.key]
    assert ApiKey.objects.get().last_used_at is None
