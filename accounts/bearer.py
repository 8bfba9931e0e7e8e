"""Whose a bearer token is, asked by every request: one statement, without the ORM and OAuthLib.

Nothing is remembered: a token that is revoked, or whose user is switched off, ends with the next request in
every process. The tokens are django-oauth-toolkit's; only their SHA-256 is stored, in the tenant's schema.
"""

import hashlib
import uuid
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from accounts.services.find_api_key import find_api_key, is_api_key


@dataclass(frozen=True, slots=True)
class Bearer:
    """Whom a token speaks for."""

    application_id: int | None
    user_id: uuid.UUID | None
    # The brand of the client application; None means the tenant's default.
    brand_id: uuid.UUID | None
    scopes: frozenset[str]
    # Of an API key, which has neither an application nor a user.
    api_key_id: int | None = None


def bearer_of(token: str, *, now: datetime) -> Bearer | None:
    """Whom a token of the current tenant speaks for; None for one that is unknown, expired or revoked, or whose
    user is not active. An API key is a token too."""
    if is_api_key(token):
        key = find_api_key(token, now=now)
        return None if key is None else Bearer(None, None, key.brand_id, frozenset(key.scopes), api_key_id=key.pk)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT token.application_id, token.user_id, application.brand_id, token.scope
            FROM oauth2_provider_accesstoken token
            LEFT JOIN access_application application ON application.id = token.application_id
            LEFT JOIN accounts_user person ON person.id = token.user_id
            WHERE token.token_checksum = %s AND token.expires > %s AND (token.user_id IS NULL OR person.is_active)
            """,
            [hashlib.sha256(token.encode()).hexdigest(), now],
        )
        row = cursor.fetchone()
    if row is None:
        return None
    application_id, user_id, brand_id, scope = row
    return Bearer(application_id, user_id, brand_id, frozenset(scope.split()))
