"""What makes a code or a token good, beyond what django-oauth-toolkit checks.

All of it runs in the one transaction of the token endpoint, under the lock of the person's row and then of the
code's or the token's: of two requests with the same one, the second finds it used, and a new password ends what is
being issued meanwhile. The person comes first everywhere, so that nobody waits in a circle.
"""

import hashlib
import uuid
from typing import Any

from django.db.models import F
from django.utils import timezone
from oauth2_provider.models import get_access_token_model, get_grant_model, get_refresh_token_model
from oauth2_provider.oauth2_validators import OAuth2Validator
from oauth2_provider.scopes import get_scopes_backend
from oauthlib.oauth2.rfc6749.utils import scope_to_list

from accounts.models import User

AccessToken = get_access_token_model()
Grant = get_grant_model()
RefreshToken = get_refresh_token_model()


class Validator(OAuth2Validator):
    def validate_code(self, client_id: str, code: str, client: Any, request: Any, *args: Any, **kwargs: Any) -> bool:
        _lock_people(Grant.objects.filter(code=code, application=client))
        grant = (
            Grant.objects.select_for_update(of=("self",))
            .select_related("user")
            .filter(code=code, application=client)
            .first()
        )
        if grant is None:
            # Used before, perhaps: whoever has a used code may have its tokens (RFC 6749, 4.1.2).
            if RefreshToken.objects.filter(token_family=_family(code), application=client).exists():
                revoke_family(_family(code))
            return False
        if not grant.user.is_active or not super().validate_code(client_id, code, client, request, *args, **kwargs):
            return False
        request.scopes = _still_granted(request.scopes, client)
        return bool(request.scopes)

    def validate_refresh_token(self, refresh_token: str, client: Any, request: Any, *args: Any, **kwargs: Any) -> bool:
        _lock_people(RefreshToken.objects.filter(token_checksum=_checksum(refresh_token), application=client))
        token = (
            RefreshToken.objects.select_for_update(of=("self",))
            .select_related("user")
            .filter(token_checksum=_checksum(refresh_token), application=client)
            .order_by(F("revoked").desc(nulls_first=True))
            .first()
        )
        if token is None or not token.user.is_active or not client.signs_people_in:
            return False
        if token.revoked is not None:
            revoke_family(token.token_family)
            return False
        if not super().validate_refresh_token(refresh_token, client, request, *args, **kwargs):
            return False
        return bool(self.get_original_scopes(refresh_token, request))

    def get_original_scopes(self, refresh_token: str, request: Any, *args: Any, **kwargs: Any) -> list[str]:
        """What the person has allowed, as far as the application may still ask for it."""
        allowed = scope_to_list(super().get_original_scopes(refresh_token, request, *args, **kwargs)) or []
        return _still_granted(allowed, request.client)

    def _create_refresh_token(self, request: Any, code: str, access_token: Any, previous: Any) -> Any:
        """The family of a code's tokens follows from the code, by which its second use finds them."""
        token = super()._create_refresh_token(request, code, access_token, previous)
        if request.grant_type == "authorization_code":
            token.token_family = _family(request.code)
            token.save(update_fields=["token_family"])
        return token

    def revoke_token(self, token: str, token_type_hint: str, request: Any, *args: Any, **kwargs: Any) -> None:
        for model in (AccessToken, RefreshToken):
            _lock_people(model.objects.filter(token_checksum=_checksum(token), application=request.client))
        super().revoke_token(token, token_type_hint, request, *args, **kwargs)

    def is_origin_allowed(self, *_args: Any, **_kwargs: Any) -> bool:
        """Never here: `api.middleware.cors` answers for every address."""
        return False

    def introspect_token(self, token: str, _type_hint: str | None, request: Any, *_args: Any, **_kwargs: Any) -> Any:
        """What RFC 7662 tells of a token, to the confidential application that it was issued to and to no other."""
        if request.client.client_type != request.client.CLIENT_CONFIDENTIAL:
            return None
        mine = {"token_checksum": _checksum(token), "application": request.client}
        access = AccessToken.objects.select_related("user").filter(**mine).first()
        if access is not None:
            return _claims(access, scope=access.scope, expires=access.expires) if access.is_valid() else None
        refresh = RefreshToken.objects.select_related("user", "access_token").filter(**mine, revoked=None).first()
        if refresh is None or refresh.access_token is None:
            return None
        return _claims(refresh, scope=refresh.access_token.scope, expires=None)


def revoke_family(family: uuid.UUID) -> None:
    """Ends a sign-in of one person with one application: its refresh tokens, and their access tokens."""
    tokens = RefreshToken.objects.filter(token_family=family)
    _lock_people(tokens)
    AccessToken.objects.filter(refresh_token__in=tokens).delete()
    tokens.filter(revoked=None).update(revoked=timezone.now())


def _lock_people(theirs: Any) -> None:
    """Locks those whose codes or tokens these are."""
    list(User.objects.select_for_update(no_key=True).filter(pk__in=theirs.values("user")).order_by("pk"))


def _still_granted(scopes: list[str], application: Any) -> list[str]:
    """An administrator may have taken some from the application since."""
    available = get_scopes_backend().get_available_scopes(application=application)
    return [scope for scope in scopes if scope in available]


def _claims(token: Any, *, scope: str, expires: Any) -> dict[str, Any] | None:
    if token.user is not None and not token.user.is_active:
        return None
    claims = {
        "scope": scope,
        "client_id": token.application.client_id,
        "iat": int(token.created.timestamp()),
    }
    if expires is not None:
        claims |= {"exp": int(expires.timestamp()), "token_type": "Bearer"}
    if token.user is not None:
        claims |= {"sub": str(token.user.pk), "username": token.user.get_username()}
    return claims


def _checksum(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _family(code: str) -> uuid.UUID:
    return uuid.uuid5(uuid.NAMESPACE_OID, code)
