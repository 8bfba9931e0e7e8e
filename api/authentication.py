"""Who is calling: the bearer token of the tenant, and for whom it acts."""

import re
import uuid
from dataclasses import dataclass, field

from django.utils import timezone
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from accounts.bearer import bearer_of
from api.errors import UnauthenticatedError

# RFC 6750, section 2.1.
_BEARER = re.compile(r"Bearer +([A-Za-z0-9._~+/-]+=*)\Z", re.IGNORECASE | re.ASCII)


@dataclass(frozen=True, slots=True)
class Principal:
    """The caller. A service token has no user and acts for itself, or for the person it names."""

    application_id: int | None
    user_id: uuid.UUID | None
    scopes: frozenset[str]
    # The brand of the client application; None means the tenant's default.
    brand_id: uuid.UUID | None
    # Of a server that calls with an API key: it has neither an application nor a user.
    api_key_id: int | None = None
    is_authenticated: bool = field(default=True, init=False)

    @property
    def key(self) -> str:
        """Names the caller among those of a tenant."""
        if self.api_key_id:
            return f"api-key:{self.api_key_id}"
        return f"user:{self.user_id}" if self.user_id else f"application:{self.application_id}"


class BearerAuthentication(BaseAuthentication):
    """An OAuth 2.0 access token or an API key in the Authorization header. It ends at its tenant: the tokens of
    another one are in another schema."""

    def authenticate(self, request: Request) -> tuple[Principal, None] | None:
        header = request.headers.get("Authorization")
        if not header:
            return None
        token = _BEARER.match(header)
        bearer = bearer_of(token[1], now=timezone.now()) if token else None
        if bearer is None:
            raise UnauthenticatedError
        principal = Principal(
            application_id=bearer.application_id,
            user_id=bearer.user_id,
            scopes=bearer.scopes,
            brand_id=bearer.brand_id,
            api_key_id=bearer.api_key_id,
        )
        return principal, None

    def authenticate_header(self, request: Request) -> str:  # noqa: ARG002
        return 'Bearer realm="api"'
