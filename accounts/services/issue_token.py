"""Issuing an access token without the OAuth dance, for operators and for tests."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from oauth2_provider.models import get_access_token_model, set_token_value

from accounts.access.models import Application
from accounts.models import User
from accounts.scopes import SERVICE_ONLY

AccessToken = get_access_token_model()


class ScopeNotGrantedError(Exception):
    """The application was not registered with one of the scopes."""


def issue_token(
    *,
    application: Application,
    user: User | None,
    scopes: Sequence[str] | None,
    now: datetime,
    lifetime: timedelta = timedelta(hours=12),
) -> str:
    """Stores the checksum of a new token and answers the token, which is shown this once.

    `scopes` None means all of the application's, for a user less those that are services' alone.
    Raises ScopeNotGrantedError.
    """
    granted = [scope for scope in application.scopes if user is None or scope not in SERVICE_ONLY]
    wanted = granted if scopes is None else list(scopes)
    if extra := sorted(set(wanted) - set(granted)):
        raise ScopeNotGrantedError(
            f"{application.name} can't grant {', '.join(extra)} {'to a user' if user else ''}".rstrip()
            + f"; it can grant {', '.join(granted) or 'nothing'}."
        )
    # Hexadecimal: base64 may begin as an API key does, and would be looked for among those.
    raw = secrets.token_hex(32)
    token = AccessToken(application=application, user=user, scope=" ".join(wanted), expires=now + lifetime)
    set_token_value(token, raw)
    token.save()
    return raw
