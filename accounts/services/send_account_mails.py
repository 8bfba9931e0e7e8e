"""Sending the mails about signing in that are due in the current tenant.

As with the messages of bookings (docs/adr/0006): claimed by a lease, so that of two workers one sends and a
killed one's mails are sent after the lease. At most one too many, under the same Message-ID.
"""

import logging
import smtplib
import time
from datetime import datetime, timedelta
from email.utils import formataddr
from typing import Final
from urllib.parse import urlencode

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db.models import Q
from django.db.models.functions import Lower
from django.template.loader import render_to_string

from accounts.access.models import AccountMail
from accounts.links import LIFETIMES, make_token
from accounts.models import User
from accounts.rules import MailPurpose, MailState, mail_retry
from tenants import leases
from tenants.addresses import address_of
from tenants.brands.models import Brand
from tenants.context import current_schema
from tenants.leases import database_now
from tenants.resolution import by_schema

logger = logging.getLogger(__name__)

LEASE: Final = timedelta(seconds=120)
# Who asks for a link again and again gets one in this time.
_ONE_RESET_PER: Final = timedelta(minutes=2)
_PATHS: Final = {MailPurpose.INVITATION: "/invitation", MailPurpose.PASSWORD_RESET: "/password/new"}
# A task starts no mail after this many seconds: it must end before its time limit, however slow the server.
_BUDGET_SECONDS: Final = 20.0


def send_account_mails() -> int:
    """Deals with what is due, one after the other; answers with how many."""
    deadline, done = time.monotonic() + _BUDGET_SECONDS, 0
    forget_old_resets(now=database_now())
    while time.monotonic() < deadline and (mail := claim()) is not None:
        deliver(mail)
        done += 1
    return done


def forget_old_resets(*, now: datetime) -> None:
    """Requests for a new password are of no use after a day, and hold an address until they are dealt with."""
    AccountMail.objects.filter(purpose=MailPurpose.PASSWORD_RESET, created_at__lt=now - timedelta(days=1)).delete()


def claim() -> AccountMail | None:
    """Leases one due mail to the caller."""
    now = database_now()
    due = AccountMail.objects.filter(
        Q(state=MailState.PLANNED) | Q(state=MailState.SENDING, lease_until__lt=now), due_at__lte=now
    )
    claimed = leases.claim(due, limit=1, lease=LEASE, now=now)
    return AccountMail.objects.get(pk=claimed[0]) if claimed else None


def deliver(mail: AccountMail) -> None:
    """Sends one claimed mail, or writes down why not. No address and no link is ever logged."""
    now = database_now()
    user = mail.user or _user_with(mail.address)
    if user is None or not user.is_active or _was_just_sent(mail, user, now):
        mail.delete()
        return
    purpose = MailPurpose(mail.purpose)
    if purpose is MailPurpose.INVITATION and user.has_usable_password():
        mail.delete()  # accepted meanwhile
        return
    if purpose is MailPurpose.PASSWORD_RESET and not user.has_usable_password():
        purpose = MailPurpose.INVITATION  # they have not set their first one yet
    try:
        with get_connection() as server:
            server.send_messages([_build(mail, user, purpose)])
    except smtplib.SMTPRecipientsRefused as error:
        code = next(iter(error.recipients.values()))[0]
        _fail(mail, f"The mail server refuses the address: {code}.", now=now, for_good=code >= 500)  # noqa: PLR2004
    except (smtplib.SMTPException, OSError) as error:
        _fail(mail, f"The mail server can't be reached or refuses us: {type(error).__name__}.", now=now)
    except Exception as error:  # one mail's trouble must not stop the others
        logger.exception("Account mail %s could not be sent", mail.pk)
        _fail(mail, f"Unexpected: {type(error).__name__}.", now=now)
    else:
        _finish(mail, state=MailState.SENT, sent_at=database_now(), user=user, address="", reason="")


def _user_with(address: str) -> User | None:
    return User.objects.alias(lower=Lower("email")).filter(lower=address.lower()).first()


def _was_just_sent(mail: AccountMail, user: User, now: datetime) -> bool:
    return (
        mail.purpose == MailPurpose.PASSWORD_RESET
        and AccountMail.objects.filter(
            user=user, purpose=mail.purpose, state=MailState.SENT, sent_at__gt=now - _ONE_RESET_PER
        ).exists()
    )


def _build(mail: AccountMail, user: User, purpose: MailPurpose) -> EmailMultiAlternatives:
    tenant = by_schema(current_schema())
    sender = Brand.objects.get(is_default=True).from_email or settings.DEFAULT_FROM_EMAIL
    link = f"{address_of(tenant, _PATHS[purpose])}?{urlencode({'token': make_token(user=user, purpose=purpose)})}"
    context = {"tenant": tenant, "user": user, "link": link, "lifetime": LIFETIMES[purpose]}
    message = EmailMultiAlternatives(
        subject=" ".join(render_to_string(f"accounts/mail/{purpose}.subject.txt", context).split()),
        body=render_to_string(f"accounts/mail/{purpose}.txt", context),
        from_email=formataddr((" ".join(tenant.name.split()), sender)),
        to=[user.email],
        headers={"Message-ID": f"<{mail.pk}@{tenant.primary_domain}>", "Auto-Submitted": "auto-generated"},
    )
    message.attach_alternative(render_to_string(f"accounts/mail/{purpose}.html", context), "text/html")
    return message


def _fail(mail: AccountMail, reason: str, *, now: datetime, for_good: bool = False) -> None:
    wait = None if for_good else mail_retry(attempts=mail.attempts)
    if wait is None:
        _finish(mail, state=MailState.DEAD, reason=reason)
    else:
        _finish(mail, state=MailState.PLANNED, due_at=now + wait, reason=reason)


def _finish(mail: AccountMail, **fields: object) -> None:
    """Ends the lease, unless another worker has taken over meanwhile."""
    AccountMail.objects.filter(pk=mail.pk, state=MailState.SENDING, attempts=mail.attempts).update(
        lease_until=None, **fields
    )
