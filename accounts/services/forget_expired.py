"""Removing what nobody can sign in with any more, in the current schema.

Batch by batch, each in a transaction of its own: nothing is locked for long, and what is done stays done.
"""

from datetime import datetime, timedelta
from typing import Any, Final

from django.contrib.sessions.models import Session
from django.db.models import Exists, OuterRef, QuerySet
from oauth2_provider.models import clear_expired

from accounts.access.models import AccountMail
from accounts.rules import MailPurpose, MailState
from accounts.services.send_account_mails import forget_old_resets
from tenants.context import current_schema
from tenants.models import PUBLIC_SCHEMA

BATCH: Final = 1000
_MAILS_KEPT_FOR: Final = timedelta(days=30)


def forget_expired(*, now: datetime) -> None:
    """Removes ended sessions, and in a tenant ended codes, tokens and mails about signing in.

    A refresh token that was rotated or revoked stays as long as it could have been used: by it a stolen one
    is recognised (RFC 9700, 4.14.2). Of a person's invitations the last one stays: the admin shows its state.
    """
    _remove(Session.objects.filter(expire_date__lt=now))
    if current_schema() == PUBLIC_SCHEMA:  # operators have neither tokens nor invitations
        return
    # By its own clock. What of it is expired, used and still wanted is for the library to know.
    clear_expired()
    forget_old_resets(now=now)
    later = AccountMail.objects.filter(
        user=OuterRef("user"), purpose=MailPurpose.INVITATION, created_at__gt=OuterRef("created_at")
    )
    _remove(
        AccountMail.objects.filter(
            Exists(later),
            purpose=MailPurpose.INVITATION,
            state__in=[MailState.SENT, MailState.DEAD],
            created_at__lt=now - _MAILS_KEPT_FOR,
        )
    )


def _remove(rows: QuerySet[Any]) -> None:
    while rows.model.objects.filter(pk__in=rows.values("pk")[:BATCH]).delete()[0] == BATCH:
        pass
