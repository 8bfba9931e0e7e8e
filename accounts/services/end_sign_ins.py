"""Ending what a person has signed in for."""

from django.db import transaction
from django.utils import timezone
from oauth2_provider.models import get_access_token_model, get_grant_model, get_refresh_token_model

from accounts.models import User
from tenants.context import current_schema
from tenants.models import PUBLIC_SCHEMA


@transaction.atomic
def end_sign_ins(*, user: User) -> None:
    """Ends all tokens and codes of a user. Their sessions end by themselves when the password changes."""
    if current_schema() == PUBLIC_SCHEMA:  # operators have none
        return
    # First of all, as the token endpoint does: tokens that are being issued at this moment are waited for and found.
    list(User.objects.select_for_update(no_key=True).filter(pk=user.pk))
    get_grant_model().objects.filter(user=user).delete()
    get_access_token_model().objects.filter(user=user).delete()
    get_refresh_token_model().objects.filter(user=user, revoked=None).update(revoked=timezone.now())
