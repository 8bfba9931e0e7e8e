"""Ending what a person has signed in for."""

from django.utils import timezone
from oauth2_provider.models import get_access_token_model, get_grant_model, get_refresh_token_model

from accounts.models import User
from tenants.context import current_schema
from tenants.models import PUBLIC_SCHEMA


def end_sign_ins(*, user: User) -> None:
    """Ends all tokens and codes of a user. Their sessions end by themselves when the password changes."""
    if current_schema() == PUBLIC_SCHEMA:  # operators have none
        return
    get_grant_model().objects.filter(user=user).delete()
    get_access_token_model().objects.filter(user=user).delete()
    get_refresh_token_model().objects.filter(user=user, revoked=None).update(revoked=timezone.now())
