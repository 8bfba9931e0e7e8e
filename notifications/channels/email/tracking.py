"""What mail providers report of mails, read by django-anymail: its view for a provider, made anew for each request with
the account's own key."""

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from anymail.exceptions import AnymailWebhookValidationFailure
from anymail.signals import AnymailTrackingEvent, EventType, RejectReason
from anymail.webhooks.base import AnymailCoreWebhookView
from django.http import HttpRequest

from notifications.channels.email.mail_services import METADATA
from notifications.channels.failures import storable
from notifications.channels.fields import Field
from notifications.rules.reports import MailEvent, ReportKind, kind_of_status

_LONGEST: Final = 300
_NO_NEWS: Final = object()
_PLAIN: Final = {
    EventType.DELIVERED: ReportKind.DELIVERED,
    EventType.COMPLAINED: ReportKind.COMPLAINED,
    EventType.FAILED: ReportKind.SOFT_BOUNCED,
    EventType.UNSUBSCRIBED: None,
}


class ReportSignatureError(Exception):
    """It isn't signed with the account's key, or the account has none."""


class MalformedReportError(Exception):
    """The provider's form can't be recognised in it."""


@dataclass(frozen=True, slots=True)
class Tracker:
    """How a provider's reports are read. `is_permanent` says whether the provider itself takes the address for dead: to
    anymail a bounce is a bounce. `key` is the account's field with which reports are checked, where the provider signs;
    `option` is its name in the view. `help` says where the address is to be entered."""

    view: type[AnymailCoreWebhookView]
    is_permanent: Callable[[AnymailTrackingEvent], bool]
    help: str
    key: Field | None = None
    option: str = ""

    def opened(self, values: Mapping[str, str]) -> AnymailCoreWebhookView:
        """The view for one request. Raises ReportSignatureError where the account's key is missing or none."""
        options = {}
        if self.key is not None:
            if self.key.name not in values:
                raise ReportSignatureError
            options[self.option] = values[self.key.name]
        try:
            with warnings.catch_warnings():
                # That nothing else is asked for: our address is the secret. And that SendGrid is no longer tested.
                warnings.simplefilter("ignore")
                return self.view(**options)
        except ValueError as error:
            raise ReportSignatureError from error


def read_reports(
    tracker: Tracker, request: HttpRequest, *, values: Mapping[str, str], now: datetime
) -> list[MailEvent]:
    """What a provider's request tells, without what is no news: opened, clicked, waiting. `values` are the account's.

    Raises ReportSignatureError, MalformedReportError, and RequestDataTooBig.
    """
    view = tracker.opened(values)
    _ = request.body  # what goes wrong with the reading itself is not the provider's form
    try:
        view.run_validators(request)
        told = [_told(tracker, event, now=now) for event in view.parse_events(request)]
    except AnymailWebhookValidationFailure as error:
        raise ReportSignatureError from error
    except Exception as error:  # anymail takes the form for granted: whatever stumbles over it, it's the form
        raise MalformedReportError from error
    return [event for event in told if event is not None]


def _told(tracker: Tracker, event: AnymailTrackingEvent, *, now: datetime) -> MailEvent | None:
    detail = storable(str(event.mta_response or event.description or ""))[:_LONGEST]
    kind = _kind(tracker, event, detail)
    if kind is _NO_NEWS:
        return None
    metadata = event.metadata if isinstance(event.metadata, Mapping) else {}
    at = event.timestamp
    return MailEvent(
        key=storable(str(metadata.get(METADATA) or "")),
        provider_id=storable(str(event.message_id or "")),
        kind=kind,
        # Some leave it out, and one without a zone says nothing.
        at=at if at is not None and at.tzinfo is not None else now,
        detail=detail,
    )


def _kind(tracker: Tracker, event: AnymailTrackingEvent, detail: str) -> Any:
    """What is to be written down; None that the reader has unsubscribed."""
    if event.event_type not in {EventType.BOUNCED, EventType.REJECTED}:
        return _PLAIN.get(event.event_type, _NO_NEWS)
    is_dead = event.reject_reason == RejectReason.INVALID or tracker.is_permanent(event)
    # What is for ever ends all mail to the address: the server's own status has a say in it.
    if is_dead and kind_of_status(detail) is ReportKind.BOUNCED:
        return ReportKind.BOUNCED
    return ReportKind.SOFT_BOUNCED
