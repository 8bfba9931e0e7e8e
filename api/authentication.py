"""Who is calling: the bearer token of the tenant, and for whom it acts."""

import uuid
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest
from oauth2_provider.contrib.rest_framework import OAuth2Authentication
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from api.errors import UnauthenticatedError


@dataclass(frozen=True, slots=True)
class Principal:
    """The caller. A service token has no user and acts for itself, or for the person it names."""

    application_id: int | None
    user_id: uuid.UUID | None
    scopes: frozenset[str]
    # The brand of the client application; None means the tenant's default.
    brand_id: uuid.UUID | None
    is_authenticated: bool = field(default=True, init=False)

    @property
    def key(self) -> str:
        """Names the caller among those of a tenant."""
        return f"user:{self.user_id}" if self.user_id else f"application:{self.application_id}"


class BearerAuthentication(BaseAuthentication):
    """An OAuth 2.0 access token in the Authorization header. It ends at its tenant: the tokens of
    another one are in another schema."""

    def authenticate(self, request: Request) -> tuple[Principal, Any] | None:
        if not request.headers.get("Authorization"):
            return None
        found = OAuth2Authentication().authenticate(_head(request))
        if found is None:
            raise UnauthenticatedError
        user, token = found
        if user is not None and not user.is_active:
            raise UnauthenticatedError
        principal = Principal(
            application_id=token.application_id,
            user_id=user.pk if user else None,
            scopes=frozenset(token.scope.split()),
            brand_id=token.application.brand_id if token.application else None,
        )
        return principal, token

    def authenticate_header(self, request: Request) -> str:  # noqa: ARG002
        return 'Bearer realm="api"'


def _head(request: Request) -> HttpRequest:
    """The request without body and query. OAuthLib would parse both, before it is known who is calling."""
    head = HttpRequest()
    head.method = request.method
    head.path = request.path
    head.META = {**request.META, "QUERY_STRING": ""}
    return head
