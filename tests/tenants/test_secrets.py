"""Secrets at rest: sealed, bound to their tenant, and no file or key of them readable by others."""

import stat
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet

from tenants import secrets
from tenants.context import use
from tenants.secrets import SecretUnreadableError, reseal, seal, unseal


def test_what_is_sealed_opens_again_and_shows_nothing(north: Any) -> None:
    sealed = seal("pässword")

    assert unseal(sealed) == "pässword"
    assert "pässword" not in sealed
    assert seal("pässword") != sealed


def test_it_does_not_open_in_another_tenant(north: Any, south: Any) -> None:
    sealed = seal("password")

    with use(south), pytest.raises(SecretUnreadableError, match="another tenant"):
        unseal(sealed)


@pytest.mark.parametrize("text", ["", "password", "gAAAAA==", "gÄ"])
def test_what_was_never_sealed_does_not_open(north: Any, text: str) -> None:
    with pytest.raises(SecretUnreadableError):
        unseal(text)
    with pytest.raises(SecretUnreadableError):
        reseal(text)


def test_a_new_key_in_front_opens_the_old_and_seals_the_new(north: Any, settings: Any) -> None:
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    settings.SECRETS_KEYS = [old]
    before = seal("password")

    settings.SECRETS_KEYS = [new, old]
    after = reseal(before)
    assert unseal(before) == unseal(after) == "password"

    settings.SECRETS_KEYS = [new]
    assert unseal(after) == "password"
    with pytest.raises(SecretUnreadableError, match="No key"):
        unseal(before)


def test_a_machine_of_its_own_makes_a_key_that_only_it_reads(north: Any, settings: Any, tmp_path: Path) -> None:
    settings.SECRETS_KEYS, settings.SECRETS_KEY_FILE = [], tmp_path / "data" / "secrets.key"
    sealed = seal("password")

    secrets._own_key.cache_clear()  # as another process
    assert unseal(sealed) == "password"
    assert stat.S_IMODE(settings.SECRETS_KEY_FILE.stat().st_mode) == 0o600
    assert [file.name for file in settings.SECRETS_KEY_FILE.parent.iterdir()] == ["secrets.key"]
