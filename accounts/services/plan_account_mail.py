"""Planning a mail about signing in: a row, which a worker finds within seconds."""

from datetime import datetime

from accounts.access.models import AccountMail
from accounts.models import User
from accounts.rules import MailPurpose


def invite(*, user: User, now: datetime) -> None:
    """Plans the mail with which a person sets their first password. Commits with the caller's transaction."""
    AccountMail.objects.create(purpose=MailPurpose.INVITATION, user=user, created_at=now, due_at=now)


def forgot_password(*, address: str, now: datetime) -> None:
    """Plans a mail to whoever signs in with this address, if anybody does: the same work for every address."""
    AccountMail.objects.create(purpose=MailPurpose.PASSWORD_RESET, address=address, created_at=now, due_at=now)
