"""Where mail providers report what became of mails. Whoever knows the address may; many providers sign as well.

Outside of /v1/, because it is no operation of the API: its forms are the providers'.
"""

import hashlib
import time
from datetime import datetime
from typing import Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.csrf import csrf_exempt

from api import errors, throttling
from notifications.channels.accounts import opened
from notifications.channels.email.report_addresses import account_reported_to, tracker_of
from notifications.channels.email.tracking import MalformedReportError, ReportSignatureError, read_reports
from notifications.channels.errors import UnreachableError
from notifications.models import ChannelAccount
from notifications.services.record_mail_events import record_mail_events
from tenants.audit.signing import signed
from tenants.secrets import SecretUnreadableError

# Requests of others wait for so long at the most.
SECONDS: Final = 2.0


class UnsignedReportError(errors.EdgeError):
    code = "unsigned_report"
    status = 403
    message = "This report is not signed with the key that the account holds. Enter the provider's under Channels."


@method_decorator(csrf_exempt, name="dispatch")
class MailReportsView(View):
    """Wrong, old and other tenants' addresses are answered alike. What is told of mails that nobody knows is taken and
    forgotten: the provider would else tell it for days."""

    http_method_names = ["post", "head"]  # noqa: RUF012 - Django's

    def http_method_not_allowed(self, request: HttpRequest, *_args: object, **_kwargs: object) -> HttpResponse:
        response = errors.render(request, errors.MethodNotAllowedError(method=request.method))
        response["Allow"] = "POST, HEAD"
        return response

    def head(self, request: HttpRequest, account_id: UUID, secret: str) -> HttpResponse:
        """Some providers look whether the address is there."""
        _account(request, account_id, secret)
        return HttpResponse()

    def post(self, request: HttpRequest, account_id: UUID, secret: str) -> HttpResponse:
        begun = time.monotonic()
        account = _account(request, account_id, secret)
        _take(request, account, deadline=begun + SECONDS, now=timezone.now())
        return HttpResponse()


def _account(request: HttpRequest, account_id: UUID, secret: str) -> ChannelAccount:
    """Raises RateLimitedError, NotFoundError, BusyError."""
    digest = hashlib.sha256(secret.encode(errors="surrogatepass")).hexdigest()
    throttling.take_for_address(request, what="mail_reports", digest=digest)
    try:
        account = account_reported_to(account_id, secret)
    except SecretUnreadableError:  # the platform's key is missing: when it is back, the provider tells it again
        raise errors.BusyError from None
    if account is None:
        raise errors.NotFoundError
    return account


def _take(request: HttpRequest, account: ChannelAccount, *, deadline: float, now: datetime) -> None:
    tracker = tracker_of(account)
    if tracker is None:
        raise errors.NotFoundError
    try:
        events = read_reports(tracker, request, values=opened(account).values, now=now)
    except ReportSignatureError:
        raise UnsignedReportError from None
    except MalformedReportError:
        raise errors.BadRequestError from None
    except UnreachableError:
        raise errors.BusyError from None
    with signed(actor=f"channel_account:{account.pk}", request_id=getattr(request, "request_id", "")):
        record_mail_events(account=account, events=events, deadline=deadline, now=now)
