"""Issuing an access token without the OAuth dance, for operators and for tests."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from oauth2_provider.models import get_access_token_model, set_token_value

from accounts.access.models import Application
from accounts.models import User

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

    `scopes` None means all of the application's, less `act-as` for a user's own token.
    Raises ScopeNotGrantedError.
    """
    wanted = [s for s in application.scopes if user is None or s != "act-as"] if scopes is None else list(scopes)
    if extra := sorted(set(wanted) - set(application.scopes)):
        raise ScopeNotGrantedError(
            f"{application.name} was not registered with {', '.join(extra)}; it has {', '.join(application.scopes)}."
        )
    raw = secrets.token_urlsafe(32)
    token = AccessToken(application=application, user=user, scope=" ".join(wanted), expires=now + lifetime)
    set_token_value(token, raw)
    token.save()
    return raw
