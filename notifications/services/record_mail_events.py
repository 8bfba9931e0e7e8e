"""Taking in what a mail provider reports."""

import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from notifications.models import ChannelAccount, Message, Suppression
from notifications.rules import Channel
from notifications.rules.reports import MailEvent, Report, ReportKind, is_written
from notifications.rules.suppressions import SuppressionReason
from notifications.selectors import address_told
from notifications.services.record_arrivals import record_arrivals
from notifications.services.record_delivery import NeverSentError, record_delivery
from notifications.services.unsubscribe import unsubscribe
from tenants.errors import DomainError, GoneError, Kind

_NOTED_EVERY: Final = timedelta(hours=1)
_RETRY_AFTER: Final = 5
# Mails of which it is written down at once that they arrived: a hundredth of a second's work.
AT_ONCE: Final = 100
# Erased meanwhile, or never handed over.
_NOTHING_TO_SAY: Final = (NeverSentError, GoneError)


class TooManyReportsError(DomainError):
    code = "too_many_reports"
    kind = Kind.UNAVAILABLE
    message = "These are more reports than one request has time for. Send the same again: the rest is taken then."


def record_mail_events(*, account: ChannelAccount, events: Sequence[MailEvent], deadline: float, now: datetime) -> None:
    """Writes down what is told of the account's brand's mails. Of mails that nobody knows nothing, and of what is known
    already neither.

    Raises TooManyReportsError when `deadline` (time.monotonic()) has come, after one step at the least; what is written
    stays, and is passed over when the same comes again.
    """
    if account.reported_at is None or now - account.reported_at >= _NOTED_EVERY:
        _note(account, now=now)
    for number, _ in enumerate(_written(_news(account, events), now=now)):
        if number and time.monotonic() > deadline:
            raise TooManyReportsError(retry_after=_RETRY_AFTER)


def _news(account: ChannelAccount, events: Sequence[MailEvent]) -> list[tuple[Message, MailEvent]]:
    messages = _messages(account, events)
    told = ((messages.get(event.key) or messages.get(event.provider_id), event) for event in events)
    return [
        (message, event)
        for message, event in told
        if message is not None and not (event.kind and is_written(_report(event, event.kind), message.history))
    ]


def _written(news: Sequence[tuple[Message, MailEvent]], *, now: datetime) -> Iterator[None]:
    """Writes it down, and stops before each step. What did not arrive comes first and one by one, since more follows
    from it; what arrived is most of all, and many make one step."""
    arrived: dict[Message, Report] = {}
    for message, event in news:
        if event.kind is ReportKind.DELIVERED:
            arrived.setdefault(message, _report(event, event.kind))
            continue
        yield
        with suppress(*_NOTHING_TO_SAY):
            if event.kind is not None:
                record_delivery(message=message, report=_report(event, event.kind), now=now)
            elif not _has_said_so_since(message, event):
                unsubscribe(message=message, now=now)
    messages = list(arrived)
    for first in range(0, len(messages), AT_ONCE):
        yield
        piece = messages[first : first + AT_ONCE]
        done = record_arrivals({message.pk: arrived[message] for message in piece})
        for message in piece:
            if message.pk not in done:
                yield
                with suppress(*_NOTHING_TO_SAY):
                    record_delivery(message=message, report=arrived[message], now=now)


def _report(event: MailEvent, kind: ReportKind) -> Report:
    return Report(kind, event.at, event.detail)


def _messages(account: ChannelAccount, events: Sequence[MailEvent]) -> dict[str, Message]:
    """By all their names, in one look."""
    keys = {key for event in events if (key := _uuid(event.key))}
    names = {event.provider_id for event in events if event.provider_id}
    found = Message.objects.filter(Q(pk__in=keys) | named(names), channel=Channel.EMAIL)
    if account.brand_id is not None:
        found = found.filter(brand_id=account.brand_id)
    messages: dict[str, Message] = {}
    for message in found.order_by().select_related("recipient"):
        messages |= {str(message.pk): message}
        if message.provider_id:
            messages |= {message.provider_id: message}
    return messages


def named(names: Collection[str]) -> Q:
    """Of messages that providers call so. Of more than a hundred names Postgres does not see by itself that the index
    of those that have one will do: it is told."""
    return Q(provider_id__in=names) & ~Q(provider_id="")


def _uuid(text: str) -> UUID | None:
    with suppress(ValueError):
        return UUID(text)
    return None


def _has_said_so_since(message: Message, event: MailEvent) -> bool:
    """Whether this is told again: whoever has subscribed again since is not to be unsubscribed by it."""
    said = Suppression.objects.of_address(Channel(message.channel), address_told(message))
    return said.filter(
        brand_id=message.brand_id, reason=SuppressionReason.UNSUBSCRIBED, created_at__gte=event.at
    ).exists()


@transaction.atomic
def _note(account: ChannelAccount, *, now: datetime) -> None:
    """For staff: that the provider reports at all. Nobody waits for it."""
    unlocked = (
        ChannelAccount.objects.filter(pk=account.pk)
        .select_for_update(skip_locked=True, no_key=True, of=("self",))
        .values("pk")
    )
    ChannelAccount.objects.filter(pk__in=unlocked).update(reported_at=now)
