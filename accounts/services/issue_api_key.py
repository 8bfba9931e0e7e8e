"""Issuing an API key."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.core.exceptions import ValidationError

from accounts.access.models import ApiKey
from accounts.models import User
from accounts.rules import KEY_LIFETIME, KEY_LIFETIME_MAX
from tenants.brands.models import Brand

# Keys look like sk_7f3k9q2m_ and 40 more characters: what looks for leaked secrets can find them.
MARK: Final = "sk_"
_ALPHABET: Final = "0123456789abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ"


@dataclass(frozen=True, slots=True)
class IssuedKey:
    key: ApiKey
    # The only time that anybody sees it.
    secret: str


def issue_api_key(
    *,
    name: str,
    scopes: Sequence[str],
    brand: Brand | None,
    created_by: User | None,
    now: datetime,
    lifetime: timedelta = KEY_LIFETIME,
) -> IssuedKey:
    """Stores the checksum of a new key and answers the key, which is shown this once.

    Raises ValidationError, by field: no or unknown scopes, a lifetime that is not between a day and five years.
    """
    if not scopes:
        raise ValidationError({"scopes": "Choose one scope at least."})
    if not timedelta(days=1) <= lifetime <= KEY_LIFETIME_MAX:
        raise ValidationError({"expires_at": f"Between a day and {KEY_LIFETIME_MAX.days} days from now."})
    prefix = MARK + _random(8)
    secret = f"{prefix}_{_random(40)}"
    key = ApiKey(
        name=name,
        prefix=prefix,
        digest=digest_of(secret),
        scopes=sorted(set(scopes)),
        brand=brand,
        created_by=created_by,
        created_at=now,
        expires_at=now + lifetime,
    )
    key.full_clean()
    key.save()
    return IssuedKey(key=key, secret=secret)


def digest_of(secret: str) -> str:
    """What is stored of a key, and what it is found by."""
    return hashlib.sha256(secret.encode(errors="surrogatepass")).hexdigest()


def _random(length: int) -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))
