"""Secrets at rest: sealed with a key that the database does not know, and bound to their tenant.

A sealed text is worth nothing without SECRETS_KEYS, nor in another tenant's schema: the schema is part of what was
sealed and is checked when it is opened.
"""

import os
from functools import lru_cache
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import models

from tenants.context import current_schema

_SEPARATOR = "\0"


class SecretUnreadableError(Exception):
    """No key of SECRETS_KEYS opens it, or it was sealed for another tenant. Says nothing of what it holds."""


class SealedField(models.TextField):  # type: ignore[type-arg]
    """Holds what `seal` answers, or nothing. It stays sealed when read: whoever needs the secret calls `unseal`.

    A type of its own so that `manage.py reseal_secrets` finds every column."""


def seal(plain: str) -> str:
    """The secret, sealed for the current tenant. Another text each time."""
    return _keys().encrypt(f"{current_schema()}{_SEPARATOR}{plain}".encode()).decode()


def unseal(sealed: str) -> str:
    """What was sealed for the current tenant. Raises SecretUnreadableError."""
    try:
        schema, separator, plain = _keys().decrypt(sealed).decode().partition(_SEPARATOR)
    except (InvalidToken, ValueError):
        raise SecretUnreadableError("No key of SECRETS_KEYS opens it.") from None
    if not separator or schema != current_schema():
        raise SecretUnreadableError("It was sealed for another tenant.")
    return plain


def reseal(sealed: str) -> str:
    """The same secret under the first key, for the same tenant. Raises SecretUnreadableError."""
    try:
        return _keys().rotate(sealed).decode()
    except (InvalidToken, ValueError):
        raise SecretUnreadableError("No key of SECRETS_KEYS opens it.") from None


def _keys() -> MultiFernet:
    keys = settings.SECRETS_KEYS or [_own_key(settings.SECRETS_KEY_FILE)]
    return _multi(tuple(keys))


@lru_cache(maxsize=4)
def _multi(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


@lru_cache(maxsize=4)
def _own_key(file: Path) -> str:
    """The key of this machine, made when it is first needed, by whichever process comes first."""
    try:
        return file.read_text()
    except FileNotFoundError:
        pass
    file.parent.mkdir(parents=True, exist_ok=True)
    # Whole before it has its name: another process never reads half a key.
    unfinished = file.with_name(f".{file.name}.{os.getpid()}")
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as new:
        new.write(Fernet.generate_key().decode())
        new.flush()
        os.fsync(new.fileno())
    try:
        os.link(unfinished, file)
    except FileExistsError:
        pass  # another process was first; its key counts
    finally:
        unfinished.unlink()
    return file.read_text()
