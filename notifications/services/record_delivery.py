"""What became of a message after it left: told by a provider, by a mail server, or by an application."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import JSONField
from django.db.models.expressions import RawSQL

from notifications.models import Message, Suppression
from notifications.rules import Channel, MessageState, Why
from notifications.rules.reports import SOFT_BOUNCES, Report, ReportKind, is_written
from notifications.rules.suppressions import SuppressionReason, SuppressionScope, normalised
from notifications.selectors import address_told
from notifications.services.suppress import suppress
from tenants.errors import DomainError, Kind
from tenants.locking import locked

_BOUNCED = MessageState.BOUNCED
# Where it was tried: being sent, or handed over by a worker that was killed or whose connection broke before it could
# know. Planned is what was given back after such a try, or waits for the end of quiet hours.
_UNDECIDED = {MessageState.SENDING, MessageState.FAILED, MessageState.PLANNED}


class NeverSentError(DomainError):
    code = "message_never_sent"
    kind = Kind.STATE
    message = "This message was never handed to a server, so nothing can have come of it."


@transaction.atomic
def record_delivery(*, message: Message, report: Report, now: datetime) -> Message:
    """Writes a report down, once for each kind, in whatever order they come; answers the message as it is then. What
    staff has sent again may come back again; the report of the time before, told once more, is not that.

    What did not arrive is `bounced`, also where it comes before the worker could say `sent`. What arrived is `sent`,
    also where it had been given up as dead: it was taken after all, and nobody is to send it again. A bounce for ever
    suppresses the address, a complaint all but what is essential, and bounces for now do so after SOFT_BOUNCES
    messages in a row; of the message's brand. Raises GoneError,
    NeverSentError.
    """
    message = locked(Message.objects.select_related("recipient"), message.pk)
    told = told_since_sent(message)
    if report.kind in told or is_written(report, message.history):
        return message
    if not message.attempts and message.sent_at is None:
        raise NeverSentError
    _write(message, report, changes=_changes(message, report, told), now=now)
    message.refresh_from_db()
    if scope := _scope(message, report):
        _suppress(message, report, scope=scope, now=now)
    return message


def told_since_sent(message: Message) -> set[str | None]:
    """What was reported of it since it was last sent."""
    lines = message.history
    if message.attempts:
        retried = [number for number, line in enumerate(lines) if line["why"] == Why.RETRIED]
        lines = lines[max(retried, default=0) :]
    return {line.get("report") for line in lines}


def _changes(message: Message, report: Report, told: set[str | None]) -> dict[str, Any]:
    """What the report makes of the message."""
    state, arrived = MessageState(message.state), ReportKind.DELIVERED in told
    undecided = message.attempts > 0 and state in _UNDECIDED
    match report.kind:
        case ReportKind.COMPLAINED:
            return {"why": Why.COMPLAINED}
        case ReportKind.DELIVERED if (
            undecided or state is MessageState.DEAD or (state is _BOUNCED and ReportKind.BOUNCED not in told)
        ):
            return {"state": MessageState.SENT, "why": Why.NONE, "reason": ""}
        case ReportKind.BOUNCED | ReportKind.SOFT_BOUNCED if undecided or state is MessageState.SENT:
            if not (arrived and report.kind is ReportKind.SOFT_BOUNCED):
                return {"state": _BOUNCED, "why": Why.BOUNCED, "reason": report.text}
    return {}


def _write(message: Message, report: Report, *, changes: dict[str, Any], now: datetime) -> None:
    line = RawSQL(
        "history || jsonb_build_object('at', statement_timestamp(), 'state', %s::text, 'why', %s::text,"
        " 'reason', %s::text, 'report', %s::text, 'reported_at', %s::timestamptz)",
        [
            changes.get("state", message.state),
            changes.get("why", message.why),
            report.text,
            report.kind.value,
            report.at,
        ],
        output_field=JSONField(),
    )
    if "state" in changes:
        # The worker that sent it may not have come to write these.
        sent = {"sent_at": message.sent_at or now, "address": address_told(message)[:254], "lease_until": None}
        changes = {**changes, **sent}
    Message.objects.filter(pk=message.pk).update(history=line, **changes)


def _scope(message: Message, report: Report) -> SuppressionScope | None:
    """How much the report suppresses (ADR 17)."""
    if report.kind is ReportKind.BOUNCED:
        return SuppressionScope.EVERYTHING
    if report.kind is ReportKind.COMPLAINED or (report.kind is ReportKind.SOFT_BOUNCED and _bounce_in_a_row(message)):
        return SuppressionScope.NON_ESSENTIAL
    return None


def _bounce_in_a_row(message: Message) -> bool:
    """Whether this message and those before it to the same address all came back."""
    if message.state != _BOUNCED:
        return False
    address = normalised(Channel(message.channel), address_told(message))
    sent = Message.objects.filter(
        recipient_id=message.recipient_id,
        channel=message.channel,
        brand_id=message.brand_id,
        state__in=[MessageState.SENT, _BOUNCED],
        sent_at__lte=message.sent_at,
    )
    if message.recipient_id is None:
        sent = sent.filter(address=message.address)
    last = list(sent.order_by("-sent_at")[:SOFT_BOUNCES].values_list("state", "address"))
    return len(last) == SOFT_BOUNCES and all(
        state == _BOUNCED and normalised(Channel(message.channel), to) == address for state, to in last
    )


def _suppress(message: Message, report: Report, *, scope: SuppressionScope, now: datetime) -> Suppression | None:
    address = address_told(message)
    if not address:
        return None
    complained = report.kind is ReportKind.COMPLAINED
    return suppress(
        channel=Channel(message.channel),
        address=address,
        brand_id=message.brand_id,
        reason=SuppressionReason.COMPLAINED if complained else SuppressionReason.BOUNCED,
        scope=scope,
        message_id=message.pk,
        note=report.detail,
        now=now,
    )
