"""Giving an account another address for its provider's reports."""

from django.db import transaction

from notifications.channels.email.report_addresses import new_reports_secret, tracker_of
from notifications.models import ChannelAccount
from tenants.errors import DomainError, Kind, check_version
from tenants.locking import locked


class NoReportsError(DomainError):
    code = "no_reports"
    kind = Kind.STATE
    message = "This account's provider does not report what became of messages."


@transaction.atomic
def rotate_reports_secret(*, account: ChannelAccount, expected: frozenset[int] | None = None) -> ChannelAccount:
    """Ends the old address at once; also gives one to an account that has none. `expected` are the versions of which
    the caller rotates one, None for any. Raises NoReportsError, StaleVersionError, GoneError."""
    account = locked(ChannelAccount.objects, account.pk)
    check_version(account.version, expected=expected)
    if tracker_of(account) is None:
        raise NoReportsError
    account.reports_secret, account.reported_at = new_reports_secret(account), None
    account.version += 1
    account.save(update_fields=["reports_secret", "reported_at", "version", "updated_at"])
    return account
