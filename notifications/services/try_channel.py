"""Sending a test message through an account, whether it is on or not.

A worker does it: a server that hangs must not hold up a web process.
"""

from datetime import datetime
from uuid import UUID

from django.conf import settings

from notifications.channels.accounts import Account, opened
from notifications.channels.errors import SendingError
from notifications.channels.failures import storable
from notifications.channels.fields import Field, Kind, checked
from notifications.channels.registry import TRIALS
from notifications.models import ChannelAccount
from notifications.rules import Channel
from tenants.brands.models import Brand
from tenants.context import current_schema
from tenants.errors import DomainError
from tenants.errors import Kind as Refusal
from tenants.throttling import limiter

_TO = {
    Channel.EMAIL: Field("to", "To", kind=Kind.EMAIL),
    Channel.SMS: Field("to", "To", kind=Kind.PHONE),
}


class TooManyTestsError(DomainError):
    code = "too_many_tests"
    kind = Refusal.LIMITED
    message = "Too many test messages. Try again in {retry_after} s."


def ask_for_test(*, account: ChannelAccount, to: str, now: datetime) -> ChannelAccount:
    """Notes that a test is wanted; `run_test` makes it. `to` is an e-mail address or a number, as the channel is; push
    and chat go to the account's own target without one. Raises WrongFieldsError, TooManyTestsError."""
    wanted = _TO.get(Channel(account.channel), Field("to", "To", is_required=False))
    to = checked([wanted], {"to": to}).get("to", "")
    _count()
    account.test_to, account.test_asked_at = to[:254], now
    # No `save`: of an account that is being removed at the same time nothing is left to test, nor to complain of.
    ChannelAccount.objects.filter(pk=account.pk).update(test_to=account.test_to, test_asked_at=now)
    return account


def run_test(*, account_id: UUID, now: datetime) -> None:
    """Sends the test message that was asked for, and writes down what came of it."""
    account = ChannelAccount.objects.select_related("brand").filter(pk=account_id).first()
    if account is None or account.test_state(now=now) != "under_way":
        return
    try:
        _send(opened(account), account)
    except SendingError as error:
        ok, text = False, storable(str(error))
    else:
        ok, text = True, "The provider took it."
    ChannelAccount.objects.filter(pk=account_id).update(
        tested_at=max(now, account.test_asked_at or now), test_ok=ok, test_text=text[:300]
    )


def _send(opened_account: Account, row: ChannelAccount) -> None:
    brand = row.brand or Brand.objects.get(is_default=True)
    key = f"test-{row.pk}-{row.test_asked_at:%Y%m%d%H%M%S%f}"
    load = TRIALS[row.channel](opened_account, brand=brand, to=row.test_to, key=key)
    link = opened_account.provider.link(opened_account.values)
    try:
        link.send(load)
    finally:
        link.close()


def _count() -> None:
    if not settings.RATE_LIMITS_ON:
        return
    bucket = limiter.bucket(current_schema(), "channel-tests", settings.RATE_LIMITS["channel_tests"])
    state = limiter.take([bucket])[0]
    if state.wait:
        raise TooManyTestsError(retry_after=state.retry_after)
