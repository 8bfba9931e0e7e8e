"""Links in mails with which a person sets their password: signed, bound to the tenant, good once.

Nothing of them is stored. The signature covers what setting a password changes, so that the link dies of its
own use, and of a sign-in or a change of the address before.
"""

import hashlib
from datetime import timedelta
from typing import Final

from django.core import signing
from django.core.exceptions import ValidationError

from accounts.models import User
from accounts.rules import MailPurpose
from tenants.context import current_schema

LIFETIMES: Final = {MailPurpose.INVITATION: timedelta(days=7), MailPurpose.PASSWORD_RESET: timedelta(hours=1)}


def make_token(*, user: User, purpose: MailPurpose) -> str:
    return signing.dumps([str(user.pk), _fingerprint(user)], salt=_salt(purpose))


def user_of(token: str, *, purpose: MailPurpose, lock: bool = False) -> User | None:
    """Whose link it is; None for one that is used, expired, forged, or another tenant's. `lock` holds the row."""
    try:
        key, fingerprint = signing.loads(token, salt=_salt(purpose), max_age=LIFETIMES[purpose])
        users = User.objects.select_for_update() if lock else User.objects.all()
        user = users.filter(pk=key, is_active=True).first()
    except (signing.BadSignature, ValueError, ValidationError):
        return None
    return user if user is not None and _fingerprint(user) == fingerprint else None


def _salt(purpose: MailPurpose) -> str:
    return f"slotkeeper.{purpose}.{current_schema()}"


def _fingerprint(user: User) -> str:
    state = f"{user.password}|{user.last_login}|{user.email.lower()}"
    return hashlib.sha256(state.encode()).hexdigest()[:32]
